import { checksum } from '@netlayers/bytes';
import { completeTransportChecksum } from '@netlayers/link';
import { RecordingDevice, testPacket } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { FAR, icmp, layer, PEER, packet, pattern, US } from './layer.js';

/** 10.1.0.0/16 is behind the second link, on which we are 10.1.0.1. */
const TEN = 0x0a010000;
const OURS_THERE = TEN + 1;
const HOST = TEN + 7;

/** A layer with two links; packets are received from the first. */
function router(
  mtu = 1500,
  capabilities: ConstructorParameters<typeof RecordingDevice>[0] = {},
  options: Parameters<typeof layer>[0] = {},
) {
  const there = new RecordingDevice({ mtu, ...capabilities });
  // Where the packet comes from is asked when it is there, not before.
  const arrival: { current: RecordingDevice } = { current: there };
  const made = layer(
    {
      addresses: [OURS_THERE],
      routes: [
        { network: 0, prefixLength: 0 },
        { network: TEN, prefixLength: 16, device: there, source: OURS_THERE },
      ],
      forwardFrom: arrival,
      ...options,
    },
    capabilities,
  );
  arrival.current = made.device;
  return { ...made, there };
}

/** Type, code, second word, source and destination of an ICMP error. */
function errorIn(sent: readonly Uint8Array[]) {
  expect(sent).toHaveLength(1);
  const view = new DataView(sent[0]!.buffer, sent[0]!.byteOffset);
  return {
    type: view.getUint8(20),
    code: view.getUint8(21),
    rest: view.getUint32(24),
    source: view.getUint32(12),
    destination: view.getUint32(16),
  };
}

describe('several links', () => {
  it('send each packet through the device of the longest prefix', () => {
    const { ipv4, device, there } = router();
    expect([ipv4.hasSeveralLinks, ipv4.sourceFor(HOST), ipv4.sourceFor(FAR)]).toEqual([
      true,
      OURS_THERE,
      US,
    ]);
    for (const destination of [FAR, HOST, HOST, PEER]) {
      const at = ipv4.reserve(8, destination);
      ipv4.transmitBuffer.set(pattern(8), at);
      ipv4.commit(at, at + 8, US, destination, 6, 0, 0, 0);
      expect(ipv4.send({ destination, protocol: 17 }, pattern(4), 0, 4)).toBe(null);
    }
    expect([device.take().length, there.take().length]).toEqual([4, 4]);
  });

  it('offer what all of them can do, and the MTU of each', () => {
    const offload = { checksumOffload: true, segmentationOffload: 60_000 };
    const both = router(576, offload).ipv4;
    expect(both).toMatchObject(offload);
    expect([both.mtuTo(HOST), both.mtuTo(FAR)]).toEqual([576, 1500]);
    const there = new RecordingDevice();
    const routes = [{ network: TEN, prefixLength: 16, device: there }];
    const { ipv4 } = layer({ routes }, offload);
    expect(ipv4).toMatchObject({ checksumOffload: false, segmentationOffload: 0 });
  });

  it('are one, where all routes lead through the device of the layer', () => {
    expect(layer().ipv4.hasSeveralLinks).toBe(false);
  });
});

describe('forwarding', () => {
  it('passes a packet on with its TTL one lower, and nothing else changed (RFC 1812, 5.3.1)', () => {
    const { receive, device, there, ipv4, tcp } = router();
    const options = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
    const sent = packet({ destination: HOST, ttl: 2, tos: 0xb9, options, payload: pattern(33) });
    // What pads a frame goes no further.
    receive(Uint8Array.of(...sent, 1, 2, 3));
    const [passed, ...more] = there.take() as [Uint8Array];
    expect(more).toEqual([]);
    expect(checksum(passed, 0, 28)).toBe(0);
    expect(passed[8]).toBe(1);
    expect(passed.subarray(12)).toEqual(sent.subarray(12));
    expect(passed.subarray(0, 8)).toEqual(sent.subarray(0, 8));
    expect([device.take(), tcp.deliveries, ipv4.counters.forwarded]).toEqual([[], [], 1]);
  });

  it('does none of it unless it is asked to', () => {
    const { receive, there, drops } = router(1500, {}, { forwardFrom: undefined } as never);
    receive(packet({ destination: HOST }));
    expect([there.take(), drops]).toEqual([[], ['not-ours']]);
  });

  it('tells the sender that its TTL is used up (RFC 1812, 5.3.1)', () => {
    for (const ttl of [0, 1]) {
      const { receive, device, there, drops } = router();
      receive(packet({ destination: HOST, ttl, payload: pattern(8) }));
      const error = { type: 11, code: 0, rest: 0, source: US, destination: PEER };
      expect(errorIn(device.take())).toEqual(error);
      expect([there.take(), drops]).toEqual([[], ['ttl-exceeded']]);
    }
  });

  it('tells the sender that there is no way on, also not back (RFC 1812, 5.2.7.1)', () => {
    const routes = [{ network: PEER, prefixLength: 24 }];
    for (const { receive, device, drops } of [router(), router(1500, {}, { routes })]) {
      receive(packet({ destination: FAR, payload: pattern(8) }));
      expect(errorIn(device.take())).toMatchObject({ type: 3, code: 0, destination: PEER });
      expect(drops).toEqual(['no-way-on']);
    }
  });

  it('tells the sender the MTU behind us when it must not cut (RFC 1191, 4)', () => {
    const { receive, device, there, drops } = router(576);
    receive(packet({ destination: HOST, dontFragment: true, payload: pattern(556) }));
    expect(there.take()).toHaveLength(1);
    receive(packet({ destination: HOST, dontFragment: true, payload: pattern(557) }));
    expect(errorIn(device.take())).toMatchObject({ type: 3, code: 4, rest: 576 });
    expect([there.take(), drops]).toEqual([[], ['too-long-to-forward']]);
  });

  it('cuts what is too long, fragments included, so that it fits together (RFC 1812, 5.2.6)', () => {
    for (const [offset, more] of [
      [0, false],
      [0, true],
      [8000, true],
      [8000, false],
    ] as const) {
      const { receive, there, ipv4 } = router(576);
      const payload = pattern(1400);
      const fields = { identification: 77, fragmentOffset: offset, moreFragments: more, ttl: 9 };
      receive(packet({ destination: HOST, payload, ...fields }));
      let next = offset;
      const pieces = there.take();
      for (const [index, piece] of pieces.entries()) {
        const view = new DataView(piece.buffer, piece.byteOffset);
        const isLast = index === pieces.length - 1;
        expect([view.getUint16(4), piece[8], checksum(piece, 0, 20)]).toEqual([77, 8, 0]);
        const flags = next / 8 + (more || !isLast ? 0x2000 : 0);
        expect(view.getUint16(6)).toBe(flags);
        expect(piece.subarray(20)).toEqual(
          payload.subarray(next - offset, next - offset + piece.length - 20),
        );
        next += piece.length - 20;
      }
      expect([next, pieces.length, ipv4.counters.forwarded]).toEqual([offset + 1400, 3, 1]);
    }
  });

  it('counts what finds the link full, and says nothing (RFC 1812, 5.3.6)', () => {
    const { receive, device, there, drops } = router(576);
    there.full = true;
    receive(packet({ destination: HOST }));
    receive(packet({ destination: HOST, payload: pattern(1000) }));
    expect(drops).toEqual(['forward-queue-full', 'forward-queue-full']);
    expect(device.take()).toEqual([]);
  });

  it('completes a checksum for a link that does not, and leaves it to one that does', () => {
    const partial = testPacket(300, { source: PEER, destination: HOST, partial: true });
    const whole = Uint8Array.from(partial);
    completeTransportChecksum(whole, 0, whole.length);
    const plain = router(1500, { checksumOffload: false });
    plain.receive(partial, 0, 1);
    expect(plain.there.take()[0]!.subarray(20)).toEqual(whole.subarray(20));
    const offload = router(1500, { checksumOffload: true, segmentationOffload: 65_535 });
    offload.receive(partial, 0, 1);
    expect(offload.there.sent).toMatchObject([{ checksum: 1, segmentSize: 0 }]);
    const cut = router(200);
    cut.receive(partial, 0, 1);
    const pieces = cut.there.take().map((piece) => [...piece.subarray(20)]);
    expect(pieces.flat()).toEqual([...whole.subarray(20)]);
  });

  it('passes merged segments on as they are, measured by the segments that they will be', () => {
    const merged = testPacket(9000, {
      source: PEER,
      destination: HOST,
      partial: true,
      protocol: 'tcp',
    });
    const offload = { checksumOffload: true, segmentationOffload: 65_535 };
    for (const [mtu, passed] of [
      [1040, 1],
      [1039, 0],
    ] as const) {
      const { receive, there, device } = router(mtu, offload);
      receive(merged, 0, 1, 1000);
      expect(there.sent).toHaveLength(passed);
      if (passed === 1) expect(there.sent).toMatchObject([{ checksum: 1, segmentSize: 1000 }]);
      else expect(errorIn(device.take())).toMatchObject({ type: 3, code: 4, rest: mtu });
    }
  });

  it('says nothing about what was meant for everybody [RFC 1122 3.2.2]', () => {
    const { receive, device, drops, ipv4 } = router();
    ipv4.register(17, { takesBroadcast: true, handleSegment: () => {}, handleIpError: () => {} });
    const options = Uint8Array.of(0xde, 9, 0, 0);
    receive(packet({ destination: 0xffffffff, protocol: 17, options }));
    expect([device.take(), drops]).toEqual([[], ['bad-option']]);
    receive(packet({ destination: HOST, protocol: 17, options }));
    expect(errorIn(device.take())).toMatchObject({ type: 12, rest: 21 << 24 });
  });

  it('answers for others no more than for itself [RFC 1122 3.2.2]', () => {
    const { receive, device, there, drops, ipv4 } = router(
      1500,
      {},
      { icmpRateLimit: { burst: 1 } },
    );
    const expired = { destination: HOST, ttl: 1 };
    receive(packet({ ...expired, protocol: 1, payload: icmp(3, 1, 0, pattern(28)) }));
    receive(packet({ ...expired, fragmentOffset: 8, payload: pattern(8) }));
    receive(packet({ ...expired, source: 0xffffffff }));
    receive(packet({ ...expired, destination: 0xe0000001 }));
    expect(device.take()).toEqual([]);
    for (let round = 0; round < 100; round++) receive(packet({ ...expired, payload: pattern(8) }));
    expect(device.take().length).toBeLessThanOrEqual(1);
    expect(ipv4.counters.icmpErrorsRateLimited).toBeGreaterThan(98);
    receive(packet({ destination: HOST, options: Uint8Array.of(0x83, 3, 4, 0) }));
    expect(drops.at(-1)).toBe('source-route');
    expect(there.take()).toEqual([]);
  });
});
