import { checksum } from '@netlayers/bytes';
import { type DropReason, IpProtocol, Ipv4, type Ipv4Options } from '@netlayers/ipv4';
import { hex, RecordingDevice } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import * as captures from './captures.js';
import {
  FAR,
  fragments,
  icmp,
  layer,
  PEER,
  packet,
  pattern,
  RecordingProtocol,
  US,
} from './layer.js';

const UNKNOWN_PROTOCOL = 99;

describe('receiving', () => {
  it('hands a datagram to its protocol with what the device knew about it', () => {
    const { receive, tcp, ipv4 } = layer();
    receive(packet({ payload: pattern(40), ttl: 3, tos: 0xb9 }), 0, 2, 20);
    expect(tcp.deliveries).toHaveLength(1);
    const [delivery] = tcp.deliveries;
    expect(delivery?.payload).toEqual(pattern(40));
    expect(delivery?.header).toMatchObject({ source: PEER, destination: US, ttl: 3, tos: 0xb9 });
    expect(delivery).toMatchObject({ checksum: 2, segmentSize: 20 });
    expect(ipv4.counters).toMatchObject({ received: 1, delivered: 1 });
  });

  it('takes a super-segment far above the MTU', () => {
    const { receive, tcp } = layer();
    receive(packet({ payload: pattern(65515) }), 0, 1, 1460);
    expect(tcp.deliveries[0]?.payload).toEqual(pattern(65515));
    expect(tcp.deliveries[0]).toMatchObject({ checksum: 1, segmentSize: 1460 });
  });

  it('leaves padding of the link to the link', () => {
    const { receive, tcp } = layer();
    receive(Uint8Array.of(...packet({ payload: pattern(6) }), ...pattern(20)));
    expect(tcp.deliveries[0]?.payload).toEqual(pattern(6));
  });

  it('ignores options that need nothing done [RFC 9293 MUST-50]', () => {
    const { receive, tcp, drops } = layer();
    receive(packet({ options: hex`94 04 0000 de 04 1234`, payload: pattern(9) }));
    expect(tcp.deliveries[0]?.payload).toEqual(pattern(9));
    expect(drops).toEqual([]);
  });

  it('takes datagrams to any host as a catch-all, and to nobody else', () => {
    const { receive, tcp, drops } = layer({ acceptAny: true });
    receive(packet({ destination: FAR }));
    expect(tcp.deliveries[0]?.header.destination).toBe(FAR);
    for (const destination of [0xffffffff, 0xc00002ff, 0xe0000001, 0x7f000001, 0xf0000001]) {
      receive(packet({ destination }));
    }
    expect(tcp.deliveries).toHaveLength(1);
    expect(drops).toEqual([
      'broadcast',
      'broadcast',
      'multicast',
      'martian-destination',
      'martian-destination',
    ]);
  });

  it('takes datagrams to each of several addresses', () => {
    const { receive, tcp } = layer({ addresses: [FAR] });
    receive(packet({ destination: FAR }));
    receive(packet({ destination: US }));
    expect(tcp.deliveries).toHaveLength(2);
  });

  it('replaces a protocol that registers again', () => {
    const { receive, ipv4, tcp } = layer();
    const other = layer().tcp;
    ipv4.register(IpProtocol.TCP, other);
    receive(packet());
    expect([tcp.deliveries.length, other.deliveries.length]).toEqual([0, 1]);
  });
});

/** Addresses that no host on a wire has, and what becomes of a packet from and to each. */
const strangers: readonly [string, number, DropReason | null, DropReason][] = [
  ['0.0.0.0', 0, 'martian-source', 'martian-destination'],
  ['0.1.2.3', 0x00010203, 'martian-source', 'martian-destination'],
  ['127.0.0.1', 0x7f000001, 'martian-source', 'martian-destination'],
  ['127.255.255.255', 0x7fffffff, 'martian-source', 'martian-destination'],
  ['224.0.0.1', 0xe0000001, 'martian-source', 'multicast'],
  ['239.255.255.255', 0xefffffff, 'martian-source', 'multicast'],
  ['240.0.0.1', 0xf0000001, 'martian-source', 'martian-destination'],
  ['255.255.255.254', 0xfffffffe, 'martian-source', 'martian-destination'],
  ['255.255.255.255', 0xffffffff, 'martian-source', 'broadcast'],
  ['192.0.2.255, the broadcast of the subnet', 0xc00002ff, 'martian-source', 'broadcast'],
  ['192.0.2.0, its old form', 0xc0000200, 'martian-source', 'broadcast'],
  ['192.0.2.3, a neighbour', 0xc0000203, null, 'not-ours'],
  ['1.0.0.0, the first unicast address', 0x01000000, null, 'not-ours'],
  ['223.255.255.255, the last', 0xdfffffff, null, 'not-ours'],
];

describe('addresses on the wire', () => {
  it.each(strangers)('from %s [RFC 9293 MUST-63]', (_, source, reason) => {
    const { receive, drops, tcp, device } = layer();
    receive(packet({ source }));
    receive(packet({ source, protocol: UNKNOWN_PROTOCOL }));
    expect(drops).toEqual(reason === null ? ['unknown-protocol'] : [reason, reason]);
    expect(tcp.deliveries).toHaveLength(reason === null ? 1 : 0);
    expect(device.take()).toHaveLength(reason === null ? 1 : 0);
  });

  it.each(strangers)('to %s [RFC 9293 MUST-57]', (_, destination, _source, reason) => {
    const { receive, drops, tcp, device } = layer();
    receive(packet({ destination }));
    receive(packet({ destination, protocol: UNKNOWN_PROTOCOL }));
    receive(packet({ destination, protocol: 1, payload: icmp(8, 0, 0, pattern(8)) }));
    expect(drops).toEqual([reason, reason, reason]);
    expect([tcp.deliveries, device.take()]).toEqual([[], []]);
  });

  it('does not believe in a packet from itself', () => {
    const { receive, drops } = layer({ addresses: [FAR] });
    receive(packet({ source: US }));
    receive(packet({ source: FAR }));
    expect(drops).toEqual(['martian-source', 'martian-source']);
  });

  it('hands broadcasts to a protocol that takes them, fragments too [RFC 1122 3.2.1.3, 4.1.3.6]', () => {
    const { ipv4, tcp, drops, receive } = layer();
    const udp = Object.assign(new RecordingProtocol(), { takesBroadcast: true });
    ipv4.register(IpProtocol.UDP, udp);
    for (const destination of [0xffffffff, 0xc00002ff]) {
      receive(packet({ destination, protocol: IpProtocol.UDP, payload: pattern(8) }));
      expect(ipv4.broadcastSource(destination)).toBe(US);
      receive(packet({ destination }));
    }
    for (const piece of fragments(pattern(24), [8], { destination: 0xffffffff, protocol: 17 })) {
      receive(piece);
    }
    expect(udp.deliveries.map(({ payload }) => payload.length)).toEqual([8, 8, 24]);
    expect(tcp.deliveries).toEqual([]);
    expect(drops).toEqual(['broadcast', 'broadcast']);
    expect(ipv4.broadcastSource(FAR)).toBe(null);
    // From everybody, or to a group, it is for nobody.
    receive(packet({ source: 0xc00002ff, protocol: 17 }));
    receive(packet({ destination: 0xe0000001, protocol: 17 }));
    expect(drops.slice(2)).toEqual(['martian-source', 'multicast']);
  });

  it('knows no broadcast in a subnet of two (RFC 3021), or without a subnet', () => {
    for (const prefixLength of [31, 32]) {
      const { receive, tcp } = layer({ address: US, prefixLength });
      receive(packet({ source: 0xc0000203 }));
      receive(packet({ source: 0xc00002ff }));
      expect(tcp.deliveries).toHaveLength(2);
    }
  });
});

describe('every reason to drop a packet', () => {
  const [first, second] = fragments(pattern(24), [16]) as [Uint8Array, Uint8Array];
  const badChecksum = packet();
  badChecksum[10]! ^= 1;
  const badIcmp = icmp(8, 0, 0, pattern(8));
  badIcmp[9]! ^= 1;
  const ecn = fragments(pattern(24), [8, 16]);
  const whole = packet({ payload: pattern(8) });

  // A record over the whole union: a reason without a test does not compile. See `forwarding.test.ts`.
  type Forwarding = 'ttl-exceeded' | 'no-way-on' | 'too-long-to-forward' | 'forward-queue-full';
  const provoke: Record<Exclude<DropReason, Forwarding>, readonly Uint8Array[]> = {
    truncated: [whole.subarray(0, 27)],
    'bad-version': [hex`60000000 00000000 00000000 00000000 00000000`],
    'bad-header-length': [packet({ headerLength: 16 })],
    'bad-total-length': [packet({ totalLength: 19 })],
    'bad-checksum': [badChecksum],
    'bad-option': [packet({ options: hex`de 09 0000` })],
    'source-route': [packet({ options: hex`83 07 08 c0000202 00` })],
    'martian-source': [packet({ source: 0x7f000001 })],
    'martian-destination': [packet({ destination: 0x7f000001 })],
    'not-ours': [packet({ destination: FAR })],
    broadcast: [packet({ destination: 0xffffffff })],
    multicast: [packet({ destination: 0xe0000001 })],
    'unknown-protocol': [packet({ protocol: UNKNOWN_PROTOCOL })],
    'bad-fragment': [packet({ moreFragments: true, payload: pattern(9) })],
    'fragment-too-long': [packet({ fragmentOffset: 65512, payload: pattern(8) })],
    'fragment-duplicate': [first, first],
    'fragment-overlap': [
      first,
      packet({ identification: 7, fragmentOffset: 8, payload: pattern(8) }),
    ],
    'fragment-refused': [
      first,
      packet({ identification: 7, fragmentOffset: 8, payload: pattern(8) }),
      second,
    ],
    'fragment-ecn': [
      ecn[0]!,
      packet({
        identification: 7,
        tos: 3,
        fragmentOffset: 8,
        moreFragments: true,
        payload: pattern(8),
      }),
      ecn[2]!,
    ],
    'reassembly-limit': [
      first,
      packet({ identification: 8, moreFragments: true, payload: pattern(8) }),
    ],
    'reassembly-timeout': [first],
    'icmp-truncated': [packet({ protocol: 1, payload: pattern(7) })],
    'icmp-bad-checksum': [packet({ protocol: 1, payload: badIcmp })],
    'icmp-unknown-type': [packet({ protocol: 1, payload: icmp(4, 0, 0, pattern(28)) })],
    'icmp-bad-quote': [packet({ protocol: 1, payload: icmp(3, 0, 0, pattern(28)) })],
    'icmp-unmatched': [packet({ protocol: 1, payload: icmp(0, 0, 0, pattern(8)) })],
  };

  it.each(Object.entries(provoke))('%s', (reason, packets) => {
    const { ipv4, receive, drops, tcp } = layer({
      reassembly: { maxDatagrams: 1, timeoutMs: 100 },
    });
    for (const bytes of packets) receive(bytes);
    ipv4.handleTimeout(100);
    expect(ipv4.counters.dropped[reason as DropReason]).toBe(1);
    // What a limit or a time-out gives up is no longer a packet that could be shown.
    const shown = reason !== 'reassembly-limit' && reason !== 'reassembly-timeout';
    expect(drops.filter((drop) => drop === reason)).toHaveLength(shown ? 1 : 0);
    expect(tcp.deliveries).toEqual([]);
  });
});

describe('sending', () => {
  it('writes the header in front of what TCP has written', () => {
    const { ipv4, device } = layer({}, { checksumOffload: true, segmentationOffload: 65535 });
    expect(ipv4).toMatchObject({ checksumOffload: true, segmentationOffload: 65535 });
    const at = ipv4.reserve(32, FAR);
    ipv4.transmitBuffer.set(pattern(32), at);
    ipv4.commit(at, at + 32, US, FAR, IpProtocol.TCP, 1, 16, 0);
    const [sent] = device.sent;
    expect(sent).toMatchObject({ checksum: 1, segmentSize: 16 });
    const expected = packet({
      source: US,
      destination: FAR,
      dontFragment: true,
      payload: pattern(32),
    });
    expect(sent?.bytes).toEqual(expected);
    expect(checksum(expected, 0, 20)).toBe(0);
    expect(ipv4.counters.sent).toBe(1);
  });

  it('repeats the header of an RST of Linux', () => {
    const { ipv4, device } = layer();
    const at = ipv4.reserve(20, PEER);
    ipv4.transmitBuffer.set(captures.RST.subarray(20), at);
    ipv4.commit(at, at + 20, US, PEER, IpProtocol.TCP, 0, 0, 0);
    expect(device.take()).toEqual([captures.RST]);
  });

  it('commits a part of what it reserved, behind a headroom of the device', () => {
    const { ipv4, device } = layer({}, { headroom: 10 });
    const at = ipv4.reserve(100, FAR);
    ipv4.transmitBuffer.set(pattern(40), at + 60);
    ipv4.commit(at + 60, at + 100, US, FAR, IpProtocol.TCP, 0, 0, 0xb8);
    const options = { source: US, destination: FAR, dontFragment: true, tos: 0xb8 };
    expect(device.take()).toEqual([packet({ ...options, payload: pattern(40) })]);
  });

  it('says when the queue is full', () => {
    const { ipv4, device } = layer();
    device.full = true;
    expect(ipv4.reserve(40, FAR)).toBe(-1);
  });

  it('uses the TTL it was given [RFC 9293 MUST-49]', () => {
    const { ipv4, device } = layer({ ttl: 7 });
    const at = ipv4.reserve(1, FAR);
    ipv4.commit(at, at + 1, US, FAR, IpProtocol.TCP, 0, 0, 0);
    ipv4.send({ destination: FAR, protocol: 17 }, pattern(4), 0, 4);
    expect(device.take().map((bytes) => bytes[8])).toEqual([7, 7]);
  });
});

describe('misuse', () => {
  const device = new RecordingDevice();
  const base: Ipv4Options = { device, address: US, randomU32: () => 1 };
  const bad: readonly [string, Partial<Ipv4Options>][] = [
    ['address 0.0.0.0', { address: 0 }],
    ['a loopback address', { address: 0x7f000001 }],
    ['a multicast address', { address: 0xe0000001 }],
    ['a negative address', { address: US | 0 }],
    ['the broadcast address of the subnet', { address: 0xc00002ff, prefixLength: 24 }],
    ['the address of the subnet itself', { address: 0xc0000200, prefixLength: 24 }],
    ['a further address that is none', { addresses: [0xffffffff] }],
    ['prefix length 33', { prefixLength: 33 }],
    ['prefix length 0.5', { prefixLength: 0.5 }],
    ['TTL 0', { ttl: 0 }],
    ['TTL 256', { ttl: 256 }],
    ['a route with prefix length -1', { routes: [{ network: 0, prefixLength: -1 }] }],
    ['a route with an MTU of 67', { routes: [{ network: 0, prefixLength: 0, mtu: 67 }] }],
    ['reassembly of nothing', { reassembly: { maxDatagrams: 0 } }],
    ['reassembly of nothing per source', { reassembly: { maxPerSource: 0 } }],
    ['reassembly without memory', { reassembly: { maxBytes: 65535 } }],
    ['reassembly without time', { reassembly: { timeoutMs: 0 } }],
    ['a negative rate', { icmpRateLimit: { perSecond: -1 } }],
    ['a burst of NaN', { icmpRateLimit: { burst: Number.NaN } }],
  ];
  it.each(bad)('throws for %s', (_, options) => {
    expect(() => new Ipv4(base)).not.toThrow();
    expect(() => new Ipv4({ ...base, ...options })).toThrow(RangeError);
  });

  it('throws for a protocol number that cannot be registered', () => {
    const { ipv4, tcp } = layer();
    for (const protocol of [-1, 256, 1.5, IpProtocol.ICMP]) {
      expect(() => ipv4.register(protocol, tcp)).toThrow(RangeError);
    }
  });
});
