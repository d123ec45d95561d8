import { IpProtocol, UnreachableCode } from '@netlayers/ipv4';
import { describe, expect, it } from 'vitest';
import { FAR, icmp, layer, PEER, packet, pattern, US } from './layer.js';

const LOCALHOST = 0x7f000001;
const UNKNOWN_PROTOCOL = 200;

/** Sends 8 bytes as TCP would. */
function commit(ipv4: ReturnType<typeof layer>['ipv4'], source: number, destination: number) {
  const at = ipv4.reserve(8, destination);
  ipv4.transmitBuffer.set(pattern(8), at);
  ipv4.commit(at, at + 8, source, destination, IpProtocol.TCP, 1, 0, 0);
}

describe('what is sent to ourselves', () => {
  it.each([
    ['one of our addresses', US, US],
    ['another one', FAR, FAR],
    ['localhost', LOCALHOST, LOCALHOST],
    ['any address of 127/8', 0x7f123456, LOCALHOST],
  ])('at %s comes back without the device (RFC 1122, 3.2.1.3 (g))', (_, destination, source) => {
    const { ipv4, device, tcp, drops } = layer({ addresses: [FAR] });
    expect(ipv4.sourceFor(destination)).toBe(source);
    expect(ipv4.mtuTo(destination)).toBe(65535);
    commit(ipv4, source, destination);
    expect(ipv4.receiveLooped(10, 5)).toBe(0);
    expect(ipv4.flushLooped()).toBe(true);
    expect(tcp.deliveries).toEqual([]);
    expect(ipv4.receiveLooped(10, 5)).toBe(1);
    expect(ipv4.flushLooped()).toBe(false);
    expect(tcp.deliveries).toMatchObject([
      { payload: pattern(8), checksum: 1, header: { source, destination } },
    ]);
    expect([device.take(), drops]).toEqual([[], []]);
  });

  it('does not disturb what goes to the wire in between', () => {
    const { ipv4, device, tcp } = layer({}, { checksumOffload: true });
    commit(ipv4, US, PEER);
    commit(ipv4, LOCALHOST, LOCALHOST);
    commit(ipv4, US, PEER);
    ipv4.flushLooped();
    ipv4.receiveLooped(10, 0);
    expect(device.take()).toHaveLength(2);
    expect(tcp.deliveries).toHaveLength(1);
  });

  it('waits in a bounded queue', () => {
    const { ipv4 } = layer();
    let sent = 0;
    for (; ipv4.reserve(60_000, LOCALHOST) >= 0 && sent < 100; sent++) {
      const at = ipv4.reserve(60_000, LOCALHOST);
      ipv4.commit(at, at + 60_000, LOCALHOST, LOCALHOST, IpProtocol.TCP, 1, 0, 0);
    }
    expect(sent).toBe(17);
    ipv4.flushLooped();
    expect(ipv4.receiveLooped(3, 0)).toBe(3);
    expect(ipv4.reserve(60_000, LOCALHOST)).toBeGreaterThanOrEqual(0);
  });

  it('is pinged, and told of protocols that nobody speaks', () => {
    const { ipv4, device, drops } = layer();
    const replies: number[] = [];
    ipv4.echoHandler = {
      handleEchoReply: (header, _identifier, sequence) => {
        expect(header.source).toBe(LOCALHOST);
        replies.push(sequence);
      },
      handleEchoError: () => {},
    };
    ipv4.ping(LOCALHOST, { identifier: 1, sequence: 7, payload: pattern(2000) });
    ipv4.send({ destination: US, protocol: UNKNOWN_PROTOCOL }, pattern(8), 0, 8);
    for (let turn = 0; turn < 5; turn++) {
      ipv4.flushLooped();
      ipv4.receiveLooped(10, turn);
    }
    expect(replies).toEqual([7]);
    expect(drops).toEqual(['unknown-protocol', 'icmp-unmatched']);
    expect(ipv4.counters.icmpErrorsSent).toBe(1);
    expect(device.take()).toEqual([]);
  });

  it('is written in place, whatever the device may be lent', () => {
    const { ipv4, device } = layer({}, { checksumOffload: true });
    const lent: number[] = [];
    Object.assign(device, { lend: (at: number) => void lent.push(at) });
    const text = pattern(100);
    const there = ipv4.reserve(100, PEER);
    expect(ipv4.lend(there, text, 0, 100)).toBe(true);
    const here = ipv4.reserve(100, US);
    expect(ipv4.lend(here, text, 0, 100)).toBe(false);
    expect(lent).toEqual([there]);
  });
});

describe('the wire', () => {
  it('never sees a source of 127/8', () => {
    const { ipv4, device } = layer({ acceptAny: true });
    const datagram = { source: LOCALHOST, destination: PEER, protocol: 17 };
    expect(ipv4.send(datagram, pattern(4), 0, 4)).toBe('no-route');
    expect(ipv4.isSourceFor(LOCALHOST, PEER)).toBe(false);
    expect(ipv4.isSourceFor(LOCALHOST, US)).toBe(true);
    expect(ipv4.isSourceFor(US, LOCALHOST)).toBe(true);
    expect(ipv4.isSourceFor(US, PEER)).toBe(true);
    expect(device.take()).toEqual([]);
  });

  it('cannot pretend to be the loopback, in either direction', () => {
    const { receive, drops, tcp } = layer({ acceptAny: true });
    receive(packet({ source: LOCALHOST, destination: LOCALHOST }));
    receive(packet({ source: LOCALHOST }));
    receive(packet({ destination: LOCALHOST }));
    receive(packet({ source: US }));
    expect(drops).toEqual([
      'martian-source',
      'martian-source',
      'martian-destination',
      'martian-source',
    ]);
    expect(tcp.deliveries).toEqual([]);
  });

  it('cannot end what we have with ourselves by an ICMP error', () => {
    const { receive, drops, tcp } = layer();
    for (const [source, destination] of [
      [US, US],
      [LOCALHOST, LOCALHOST],
      [US, LOCALHOST],
    ] as const) {
      const quote = packet({ source, destination, payload: pattern(8) });
      const payload = icmp(3, UnreachableCode.PORT, 0, quote);
      receive(packet({ protocol: IpProtocol.ICMP, payload }));
    }
    expect(drops).toEqual(['icmp-bad-quote', 'icmp-bad-quote', 'icmp-bad-quote']);
    expect(tcp.errors).toEqual([]);
  });
});
