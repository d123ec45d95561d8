import { checksum } from '@netlayers/bytes';
import { createIpv4Header, type Ipv4Header, parseIpv4Header } from '@netlayers/ipv4';
import { hex } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import * as captures from './captures.js';
import {
  FAR,
  fragments,
  icmp,
  layer,
  type PacketFields,
  PEER,
  packet,
  pattern,
  US,
} from './layer.js';

const UNKNOWN_PROTOCOL = 99;
const UDP = 17;

/** A layer with a UDP on which every port is closed. */
function closedUdp(options: Parameters<typeof layer>[0] = {}) {
  const it = layer(options);
  it.ipv4.register(UDP, {
    handleSegment: (header, buf, start, end, _checksum, _size, now) =>
      it.ipv4.reportPortUnreachable(header as Ipv4Header, buf, start, end, now),
    handleIpError: () => {},
  });
  return it;
}

describe('an ICMP error', () => {
  it('tells that nobody speaks a protocol (RFC 1122, 3.2.2.1)', () => {
    const { receive, device, ipv4 } = layer();
    const bytes = packet({ protocol: UNKNOWN_PROTOCOL, payload: pattern(40), tos: 0xb8 });
    receive(bytes);
    const [error] = device.take();
    const header = createIpv4Header();
    expect(parseIpv4Header(error!, 0, error!.length, header)).toBe(null);
    expect(header).toMatchObject({ source: US, destination: PEER, protocol: 1, tos: 0, ttl: 64 });
    expect(error?.subarray(20)).toEqual(icmp(3, 2, 0, bytes));
    expect(ipv4.counters.icmpErrorsSent).toBe(1);
  });

  it('tells UDP of Linux that a port is closed, as Linux tells it', () => {
    const { receive, device } = closedUdp();
    receive(captures.UDP_TO_CLOSED_PORT);
    expect(device.take()[0]?.subarray(20)).toEqual(captures.PORT_UNREACHABLE.subarray(20));
  });

  it('tells where an option is wrong (RFC 1122, 3.2.2.5)', () => {
    const { receive, device, drops } = layer();
    const bytes = packet({ options: hex`01 01 de 09`, payload: pattern(8) });
    receive(bytes);
    expect(device.take()[0]?.subarray(20)).toEqual(icmp(12, 0, 23 << 24, bytes));
    expect(drops).toEqual(['bad-option']);
  });

  it('quotes as much as fits 576 bytes (RFC 1812, 4.3.2.3)', () => {
    const { receive, device } = layer();
    for (const length of [0, 1, 8, 527, 528, 529, 1480]) {
      const bytes = packet({ protocol: UNKNOWN_PROTOCOL, payload: pattern(length) });
      receive(bytes);
      const [error] = device.take();
      expect(error?.length).toBe(Math.min(576, 48 + length));
      expect(error?.subarray(28)).toEqual(bytes.subarray(0, 548));
      expect(checksum(error!, 20, error!.length)).toBe(0);
    }
  });

  it('does not quote the padding of the link', () => {
    const { receive, device } = layer();
    const bytes = packet({ protocol: UNKNOWN_PROTOCOL, payload: pattern(8) });
    receive(Uint8Array.of(...bytes, ...pattern(18)));
    expect(device.take()[0]?.subarray(28)).toEqual(bytes);
    const broken = packet({ options: hex`de 09 0000`, payload: pattern(8) });
    receive(Uint8Array.of(...broken, ...pattern(18)));
    expect(device.take()[0]?.subarray(28)).toEqual(broken);
  });

  it('quotes a reassembled datagram as a whole', () => {
    const { receive, device } = closedUdp();
    for (const bytes of fragments(pattern(40), [16], { protocol: UDP })) receive(bytes);
    const whole = packet({ protocol: UDP, identification: 7, payload: pattern(40) });
    expect(device.take()[0]?.subarray(28)).toEqual(whole);
  });

  it('leaves from the address that was meant', () => {
    for (const options of [{ addresses: [FAR] }, { acceptAny: true }]) {
      const { receive, device } = layer(options);
      receive(packet({ protocol: UNKNOWN_PROTOCOL, destination: FAR }));
      expect(device.take()[0]?.subarray(12, 16)).toEqual(hex`c6336407`);
    }
  });
});

/** RFC 1122, 3.2.2: "An ICMP error message MUST NOT be sent as the result of receiving ..." */
describe('no ICMP error is sent', () => {
  const unknown = (fields: PacketFields) => packet({ protocol: UNKNOWN_PROTOCOL, ...fields });
  const badOption = (fields: PacketFields) => packet({ options: hex`de 09 0000`, ...fields });
  const icmpWithBadOption = (type: number) =>
    badOption({ protocol: 1, payload: icmp(type, 0, 0, packet({ source: US })) });

  const never: readonly [string, Uint8Array][] = [
    ['about an ICMP error: unreachable', icmpWithBadOption(3)],
    ['about an ICMP error: source quench', icmpWithBadOption(4)],
    ['about an ICMP error: redirect', icmpWithBadOption(5)],
    ['about an ICMP error: time exceeded', icmpWithBadOption(11)],
    ['about an ICMP error: parameter problem', icmpWithBadOption(12)],
    ['about ICMP of an unknown type, which may be one', icmpWithBadOption(200)],
    ['about ICMP without even a type', badOption({ protocol: 1 })],
    [
      'about ICMP whose type is only padding of the link',
      Uint8Array.of(...badOption({ protocol: 1 }), 8, 0, 0, 0),
    ],
    ['about a later fragment', badOption({ fragmentOffset: 8, payload: pattern(8) })],
    ['to the limited broadcast', unknown({ destination: 0xffffffff })],
    ['to the broadcast of the subnet', unknown({ destination: 0xc00002ff })],
    ['to a multicast group', unknown({ destination: 0xe0000001 })],
    ['to broadcast, with a bad option', badOption({ destination: 0xffffffff })],
    ['from 0.0.0.0', unknown({ source: 0 })],
    ['from the loopback network', unknown({ source: 0x7f000001 })],
    ['from a multicast group', unknown({ source: 0xe0000001 })],
    ['from class E', unknown({ source: 0xf0000001 })],
    ['from the limited broadcast', unknown({ source: 0xffffffff })],
    ['from the broadcast of the subnet', unknown({ source: 0xc00002ff })],
    ['from ourselves', unknown({ source: US })],
    ['to somebody else', unknown({ destination: FAR })],
    [
      'with a bad checksum',
      Uint8Array.of(...unknown({}).subarray(0, 10), 0, 0, ...unknown({}).subarray(12)),
    ],
    ['cut short', unknown({ payload: pattern(8) }).subarray(0, 27)],
    ['with a source route', packet({ options: hex`83 07 08 c0000202 00` })],
    ['with a broken ICMP checksum', packet({ protocol: 1, payload: pattern(20) })],
  ];
  it.each(never)('%s', (_, bytes) => {
    for (const options of [{}, { acceptAny: true }]) {
      const { receive, device, ipv4 } = layer(options);
      if (options.acceptAny === true && bytes[16] === 0xc6) continue;
      receive(bytes);
      expect(device.take()).toEqual([]);
      expect(ipv4.counters.icmpErrorsSent).toBe(0);
    }
  });

  it('but is about ICMP questions, since those are no errors', () => {
    for (const type of [0, 8, 9, 10, 13, 14, 15, 16, 17, 18]) {
      const { receive, device } = layer();
      receive(icmpWithBadOption(type));
      expect(device.take()).toHaveLength(1);
    }
  });

  it('about the reassembly of an ICMP error', () => {
    const { receive, device, ipv4 } = layer();
    const [first] = fragments(icmp(3, 0, 0, pattern(40)), [16], { protocol: 1 });
    receive(first!);
    ipv4.handleTimeout(30_000);
    expect(device.take()).toEqual([]);
    expect(ipv4.counters.icmpErrorsSuppressed).toBe(1);
  });

  it('back and forth between two stacks', () => {
    const a = layer();
    const b = layer({ address: PEER });
    a.receive(packet({ protocol: UNKNOWN_PROTOCOL }));
    for (const bytes of a.device.take()) b.receive(bytes);
    expect(b.device.take()).toEqual([]);
    expect(b.drops).toEqual(['icmp-bad-quote']);
  });
});

describe('the rate of ICMP errors (RFC 1812, 4.3.2.8)', () => {
  it('is limited, over every kind of error', () => {
    const limits = { icmpRateLimit: { perSecond: 10, burst: 3 } };
    const { receive, device, ipv4 } = closedUdp(limits);
    for (let i = 0; i < 10; i++) {
      receive(packet({ protocol: UNKNOWN_PROTOCOL }), 0);
      receive(captures.UDP_TO_CLOSED_PORT, 0);
    }
    expect(device.take()).toHaveLength(3);
    expect(ipv4.counters).toMatchObject({ icmpErrorsSent: 3, icmpErrorsRateLimited: 17 });
    for (let now = 0; now < 10_000; now++) receive(captures.UDP_TO_CLOSED_PORT, now);
    expect(Math.abs(device.take().length - 100)).toBeLessThanOrEqual(1);
  });

  it('is 1,000 a second and at most 50 at once by default, drawn anew [RFC 1812 4.3.2.8]', () => {
    const { receive, device } = layer();
    for (let i = 0; i < 100; i++) receive(packet({ protocol: UNKNOWN_PROTOCOL }), 0);
    const atOnce = device.take().length;
    expect(atOnce).toBeGreaterThanOrEqual(38);
    expect(atOnce).toBeLessThanOrEqual(50);
    for (let i = 0; i < 100; i++) receive(packet({ protocol: UNKNOWN_PROTOCOL }), 20);
    expect(device.take()).toHaveLength(20);
  });

  it('is not spent on what is never sent, nor on echoes', () => {
    const { receive, device } = layer({ icmpRateLimit: { perSecond: 1, burst: 1 } });
    for (let i = 0; i < 9; i++) receive(packet({ options: hex`de 09 0000`, fragmentOffset: 8 }));
    for (let i = 0; i < 9; i++) receive(captures.ECHO_REQUEST);
    receive(packet({ protocol: UNKNOWN_PROTOCOL }));
    expect(device.take()).toHaveLength(10);
  });
});
