import { checksum, writeU16 } from '@netlayers/bytes';
import { createIpv4Header, emitIpv4Header, type Ipv4Header } from '@netlayers/ipv4';
import { createNetwork } from '@netlayers/sim';
import { fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { emitUdpHeader } from '@netlayers/udp';
import { describe, expect, it } from 'vitest';

const US = 0x0a000001;
const PEER = 0x0a000002;
const ROUNDS = 20_000;

function ipPacket(payload: Uint8Array, fields: Partial<Ipv4Header>): Uint8Array {
  const bytes = new Uint8Array(20 + payload.length);
  const header = { ttl: 64, protocol: 17, source: PEER, destination: US, ...fields };
  emitIpv4Header(bytes, 0, { ...createIpv4Header(), totalLength: bytes.length, ...header });
  bytes.set(payload, 20);
  return bytes;
}

/** A datagram without a checksum, so that it is believed whatever it says. */
function datagram(random: SeededRandom, length: number): Uint8Array {
  const bytes = random.bytes(8 + length);
  const port = 6 + random.below(4);
  emitUdpHeader(bytes, 0, random.below(3) * 4000, port, 8 + length);
  if (random.below(6) === 0) writeU16(bytes, 4, random.below(0x10000));
  if (random.below(6) === 0) writeU16(bytes, 6, random.below(0x10000));
  return bytes;
}

/** Whole ones, fragments that fit or do not, and errors about what was never sent. */
function attack(random: SeededRandom): Uint8Array {
  const destination = [US, US, 0x0a0000ff, 0xffffffff][random.below(4)]!;
  const payload = datagram(random, random.below(400));
  switch (random.below(4)) {
    case 0:
      return ipPacket(payload, { destination });
    case 1: {
      const fragmentOffset = random.below(8) === 0 ? 65_528 : random.below(40) * 8;
      const [moreFragments, identification] = [random.below(3) > 0, random.below(20)];
      return ipPacket(payload, { destination, fragmentOffset, moreFragments, identification });
    }
    case 2: {
      emitUdpHeader(payload, 0, 6 + random.below(4), 4000, payload.length);
      const quote = ipPacket(payload, { source: US, destination: PEER });
      const message = new Uint8Array(8 + quote.length);
      message.set([3, random.below(16), 0, 0, 0, 0, random.below(8), random.below(256)]);
      message.set(quote, 8);
      writeU16(message, 2, checksum(message, 0, message.length));
      return ipPacket(message, { protocol: 1 });
    }
    default: {
      const bytes = ipPacket(payload, {});
      bytes[random.below(bytes.length)] = random.u32();
      return bytes.subarray(0, random.below(4) === 0 ? random.below(bytes.length) + 1 : undefined);
    }
  }
}

describe('a peer that sends everything', () => {
  it('is answered within limits, holds no memory, and hinders nobody', async () => {
    const random = seededRandom(fuzzSeed(1122));
    const network = createNetwork();
    const host = network.host({ address: '10.0.0.1', prefixLength: 24, udpMemoryLimit: 50_000 });
    const endpoint = network.endpoint({ address: '10.0.0.2' });
    network.link(host, endpoint);
    let errors = 0;
    const open = host.stack.bindUdp({ port: 7 });
    open.setHandler({ handleDatagram() {}, handleError: () => errors++ });
    // Nobody reads this one.
    const unread = host.stack.bindUdp({ port: 8 });
    let answers = 0;
    endpoint.device.onReadable = () => {
      endpoint.device.receive(1000, { handlePacket: () => void answers++ });
    };
    await network.run(async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const packet = attack(random);
        const at = endpoint.device.reserve(packet.length);
        endpoint.device.transmitBuffer.set(packet, at);
        endpoint.device.commit(at, at + packet.length, 0, 0);
        endpoint.device.flush();
        if (round % 20 === 0) await network.sleep(1);
      }
      await network.sleep(60_000);
    });
    const { udp, ipv4 } = host.stack.counters();
    const lost = Object.values(udp.dropped).reduce((sum, count) => sum + count, 0);
    expect(udp.datagramsReceived + udp.broadcastCopies).toBe(
      udp.datagramsDelivered + unread.waiting + lost,
    );
    expect(udp.queueBytesPeak).toBeLessThanOrEqual(50_000);
    expect(udp.dropped['memory-full']).toBeGreaterThan(100);
    expect(udp.datagramsDelivered).toBeGreaterThan(500);
    expect(errors).toBeGreaterThan(100);
    // A second of virtual time, a thousand errors a second; and the burst.
    expect(answers).toBe(ipv4.icmpErrorsSent);
    expect(answers).toBeLessThan(1200);
    expect(ipv4.dropped['fragment-overlap']).toBeGreaterThan(20);
    open.close();
    unread.close();
    expect(udp.queueBytes).toBe(0);
  });
});
