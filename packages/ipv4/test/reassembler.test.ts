import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import {
  FAR,
  fragments,
  isSame,
  layer,
  type PacketFields,
  PEER,
  packet,
  pattern,
} from './layer.js';

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (let i = 0; i < items.length; i++) {
    const rest = [...items.slice(0, i), ...items.slice(i + 1)];
    for (const tail of permutations(rest)) yield [items[i]!, ...tail];
  }
}

/** One fragment of a payload that is known by its offsets. */
const piece = (from: number, to: number, more: boolean, fields: PacketFields = {}) =>
  packet({
    identification: 7,
    fragmentOffset: from,
    moreFragments: more,
    payload: pattern(to).subarray(from),
    ...fields,
  });

describe('reassembly', () => {
  it('makes a datagram of its fragments in every order', () => {
    const payload = pattern(77);
    const cuts = [8, 32, 40, 64];
    for (const order of permutations(fragments(payload, cuts, { tos: 0x28 }))) {
      const { ipv4, receive, tcp, drops } = layer();
      for (const fragment of order) receive(fragment);
      expect(tcp.deliveries).toHaveLength(1);
      const { header, payload: whole } = tcp.deliveries[0]!;
      expect(whole).toEqual(payload);
      expect(header).toMatchObject({
        totalLength: 97,
        fragmentOffset: 0,
        moreFragments: false,
        tos: 0x28,
        identification: 7,
      });
      expect(drops).toEqual([]);
      expect(ipv4.counters).toMatchObject({ fragmentsReceived: 5, reassembled: 1, delivered: 1 });
      expect(ipv4.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('makes the largest datagram of the smallest fragments, shuffled', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = seededRandom(seed);
      const payload = random.bytes(65515);
      const cuts = Array.from(
        { length: Math.ceil(65515 / 48) - 1 },
        (_, index) => 48 * (index + 1),
      );
      const packets = fragments(payload, cuts);
      for (let i = packets.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [packets[i], packets[j]] = [packets[j]!, packets[i]!];
      }
      const { receive, tcp } = layer();
      for (const fragment of packets) receive(fragment);
      expect(tcp.deliveries, `seed ${seed}`).toHaveLength(1);
      expect(isSame(tcp.deliveries[0]!.payload, payload)).toBe(true);
    }
  });

  it('keeps datagrams apart by source, destination, protocol and identification', () => {
    const { ipv4, receive, tcp } = layer({ addresses: [FAR] });
    const udp = layer().tcp;
    ipv4.register(17, udp);
    const variants: PacketFields[] = [
      {},
      { source: PEER + 5 },
      { destination: FAR },
      { protocol: 17 },
      { identification: 8 },
    ];
    const sets = variants.map((fields, index) => fragments(pattern(24, index), [8, 16], fields));
    for (const part of [2, 0, 1]) for (const set of sets) receive(set[part]!);
    const payloads = [...tcp.deliveries, ...udp.deliveries].map((delivery) => delivery.payload);
    expect(payloads).toHaveLength(5);
    expect(new Set(payloads.map(String))).toEqual(
      new Set(variants.map((_, index) => String(pattern(24, index)))),
    );
  });

  it('takes the header of fragment zero, options included, whenever it comes', () => {
    const options = Uint8Array.of(0x94, 4, 0, 0);
    const first = piece(0, 16, true, { options, ttl: 9 });
    const last = piece(16, 24, false, { ttl: 55 });
    for (const order of [
      [first, last],
      [last, first],
    ]) {
      const { receive, tcp } = layer();
      for (const fragment of order) receive(fragment);
      expect(tcp.deliveries[0]?.header).toMatchObject({
        headerLength: 24,
        totalLength: 48,
        ttl: 9,
      });
      expect(tcp.deliveries[0]?.payload).toEqual(pattern(24));
    }
  });

  it('always leaves the checksum to be verified', () => {
    const { receive, tcp } = layer();
    for (const fragment of fragments(pattern(24), [16])) receive(fragment, 0, 2);
    expect(tcp.deliveries[0]?.checksum).toBe(0);
  });

  it('reassembles the same identification again once it is done', () => {
    const { receive, tcp } = layer();
    for (let round = 0; round < 3; round++) {
      for (const fragment of fragments(pattern(24, round), [16])) receive(fragment);
    }
    expect(tcp.deliveries.map((delivery) => delivery.payload[0])).toEqual([0, 1, 2]);
  });
});

describe('contradictions', () => {
  /** What arrives, and why the last one of it is dropped. */
  const rows: readonly [string, readonly Uint8Array[]][] = [
    ['an overlap from behind', [piece(0, 16, true), piece(8, 24, true)]],
    ['an overlap from the front', [piece(8, 24, true), piece(0, 16, true)]],
    ['an overlap over everything', [piece(8, 16, true), piece(0, 24, true)]],
    ['an overlap within', [piece(0, 24, true), piece(8, 16, true)]],
    ['a shorter one at the same place', [piece(0, 24, true), piece(0, 16, true)]],
    ['a longer one at the same place', [piece(0, 16, true), piece(0, 24, true)]],
    [
      'the same extent with another byte',
      [piece(0, 16, true), piece(0, 16, true, { payload: pattern(16, 1) })],
    ],
    ['the same bytes with another end', [piece(8, 16, false), piece(8, 16, true)]],
    ['the same bytes with an end', [piece(8, 16, true), piece(8, 16, false)]],
    ['a second end behind the first', [piece(8, 16, false), piece(24, 32, false)]],
    ['a second end in front of the first', [piece(24, 32, false), piece(8, 16, false)]],
    ['an end in front of what is there', [piece(24, 32, true), piece(8, 16, false)]],
    ['something behind the end', [piece(8, 16, false), piece(16, 24, true)]],
  ];
  it.each(rows)('%s give up the datagram and the rest of it (RFC 5722)', (_, packets) => {
    const { ipv4, receive, drops, tcp, device } = layer();
    for (const bytes of packets) receive(bytes);
    expect(drops).toEqual(['fragment-overlap']);
    // Even a complete and consistent set is not believed any more, until time has run out.
    for (const bytes of fragments(pattern(64), [8, 16, 24])) receive(bytes, 29_000);
    expect(drops.slice(1)).toEqual(Array(4).fill('fragment-refused'));
    ipv4.handleTimeout(30_000);
    expect([tcp.deliveries, device.take()]).toEqual([[], []]);
    // It has been counted as an overlap: once is enough.
    expect(ipv4.counters.dropped['reassembly-timeout']).toBe(0);
    for (const bytes of fragments(pattern(64), [8, 16, 24])) receive(bytes, 30_000);
    expect(tcp.deliveries).toHaveLength(1);
  });

  it('are not what a network makes that delivers twice', () => {
    const { receive, drops, tcp } = layer();
    const packets = fragments(pattern(40), [8, 24]);
    for (const bytes of [packets[2]!, packets[2]!, packets[0]!, packets[0]!, packets[2]!]) {
      receive(bytes);
    }
    expect(drops).toEqual(Array(3).fill('fragment-duplicate'));
    receive(packets[1]!);
    expect(tcp.deliveries[0]?.payload).toEqual(pattern(40));
  });
});

describe('malformed fragments', () => {
  const rows: readonly [string, Uint8Array, string][] = [
    ['no bytes, more to come', piece(8, 8, true), 'bad-fragment'],
    ['no bytes, the last', piece(8, 8, false), 'bad-fragment'],
    ['9 bytes, more to come', piece(8, 17, true), 'bad-fragment'],
    ['one byte beyond the largest datagram', piece(65512, 65516, false), 'fragment-too-long'],
    ['far beyond it', piece(65528, 66000, false), 'fragment-too-long'],
  ];
  it.each(rows)('%s', (_, bytes, reason) => {
    const { ipv4, receive, drops } = layer();
    receive(bytes);
    expect(drops).toEqual([reason]);
    expect(ipv4.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('too long only with the options of fragment zero (ping of death)', () => {
    const { receive, drops, tcp } = layer();
    receive(piece(65504, 65515, false));
    receive(piece(8, 65504, true));
    receive(piece(0, 8, true, { options: new Uint8Array(4).fill(1) }));
    expect(drops).toEqual(['fragment-too-long']);
    expect(tcp.deliveries).toEqual([]);
  });
});

describe('ECN of fragments (RFC 3168, 5.3)', () => {
  const rows: readonly [readonly [number, number, number], number | null][] = [
    [[0, 0, 0], 0],
    [[2, 2, 2], 2],
    [[1, 1, 1], 1],
    [[2, 3, 2], 3],
    [[3, 2, 1], 3],
    [[3, 3, 3], 3],
    [[0, 3, 0], null],
    [[3, 3, 0], null],
  ];
  it.each(rows)('%j', (codepoints, expected) => {
    const { receive, drops, tcp } = layer();
    codepoints.forEach((ecn, index) => {
      receive(piece(index * 8, index * 8 + 8, index < 2, { tos: 0x20 | ecn }));
    });
    expect(tcp.deliveries.map((delivery) => delivery.header.tos)).toEqual(
      expected === null ? [] : [0x20 | expected],
    );
    expect(drops).toEqual(expected === null ? ['fragment-ecn'] : []);
  });
});

describe('limits of reassembly', () => {
  const start = (identification: number, source = PEER, bytes = 1000) =>
    piece(0, bytes, true, { identification, source });
  const finish = (identification: number, source = PEER, bytes = 1000) =>
    piece(bytes, bytes + 8, false, { identification, source });

  const eight = pattern(8);
  const small = (fragmentOffset: number, identification: number) =>
    packet({ fragmentOffset, identification, moreFragments: true, payload: eight });

  it('the oldest goes when there are too many', () => {
    const { ipv4, receive, tcp } = layer({ reassembly: { maxDatagrams: 3 } });
    for (let id = 1; id <= 5; id++) receive(start(id));
    expect(ipv4.counters.dropped['reassembly-limit']).toBe(2);
    for (let id = 5; id >= 3; id--) receive(finish(id));
    expect(tcp.deliveries.map((delivery) => delivery.header.identification)).toEqual([5, 4, 3]);
  });

  it('one source does not push out another', () => {
    const { receive, tcp } = layer({ reassembly: { maxPerSource: 2 } });
    receive(start(1, FAR));
    for (let id = 1; id <= 100; id++) receive(start(id));
    receive(finish(1, FAR));
    receive(finish(99));
    receive(finish(1));
    expect(tcp.deliveries.map((delivery) => delivery.header.identification)).toEqual([1, 99]);
  });

  it('the oldest goes when they hold too much', () => {
    const maxBytes = 400_000;
    const { ipv4, receive, tcp } = layer({ reassembly: { maxBytes } });
    for (let id = 1; id <= 10; id++) receive(start(id, PEER, 64_000));
    expect(ipv4.counters.dropped['reassembly-limit']).toBe(4);
    expect(ipv4.reassemblyBytes).toBeLessThanOrEqual(maxBytes);
    for (let id = 1; id <= 10; id++) receive(finish(id, PEER, 64_000));
    expect(tcp.deliveries).toHaveLength(6);
  });

  it('counts what small fragments cost besides their bytes', () => {
    const maxBytes = 400_000;
    const { ipv4, receive } = layer({ reassembly: { maxBytes } });
    for (let id = 0; id < 10; id++) {
      for (let at = 0; at < 1000; at++) {
        receive(small(at * 16, id));
      }
    }
    expect(ipv4.reassemblyBytes).toBeLessThanOrEqual(maxBytes);
    expect(ipv4.counters.dropped['reassembly-limit']).toBeGreaterThanOrEqual(8);
  });

  it('gives up a datagram in more pieces than any MTU makes', () => {
    const { ipv4, receive, drops } = layer();
    for (let at = 0; at < 1500; at++) receive(small(at * 16, 7));
    expect(drops.slice(0, 2)).toEqual(['reassembly-limit', 'fragment-refused']);
    expect(drops).toHaveLength(100);
    expect(ipv4.reassemblyBytes).toBe(0);
  });

  it('holds nothing once all is done, given up or timed out', () => {
    const { ipv4, receive } = layer();
    receive(start(1));
    receive(finish(1));
    expect(ipv4.reassemblyBytes).toBe(0);
    receive(start(2));
    receive(piece(8, 16, true, { identification: 2 }));
    expect(ipv4.reassemblyBytes).toBe(0);
    receive(start(3));
    receive(finish(4));
    expect(ipv4.reassemblyBytes).toBeGreaterThan(1000);
    ipv4.handleTimeout(30_000);
    expect(ipv4.reassemblyBytes).toBe(0);
  });
});

describe('time-out of reassembly', () => {
  it('comes 30 s after the first fragment, whatever comes in between', () => {
    const { ipv4, receive, tcp } = layer();
    receive(piece(0, 8, true), 1000);
    receive(piece(8, 16, true), 30_000);
    expect(ipv4.nextDeadline()).toBe(31_000);
    ipv4.handleTimeout(30_999);
    expect(ipv4.nextDeadline()).toBe(31_000);
    ipv4.handleTimeout(31_000);
    expect(ipv4.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    receive(piece(16, 24, false), 31_001);
    expect(tcp.deliveries).toEqual([]);
    expect(ipv4.counters.dropped['reassembly-timeout']).toBe(1);
  });

  it('is told to the source with fragment zero as it came (RFC 1122, 3.3.2)', () => {
    const { ipv4, receive, device } = layer();
    const first = piece(0, 800, true);
    receive(piece(800, 808, true));
    receive(first);
    ipv4.handleTimeout(30_000);
    const [error, ...others] = device.take();
    expect(others).toEqual([]);
    expect(error?.length).toBe(576);
    expect(Array.from(error!.subarray(20, 22))).toEqual([11, 1]);
    expect(error?.subarray(28)).toEqual(first.subarray(0, 548));
    expect(error?.subarray(16, 20)).toEqual(first.subarray(12, 16));
  });

  it('is told to nobody without fragment zero', () => {
    const { ipv4, receive, device } = layer();
    receive(piece(8, 16, true));
    ipv4.handleTimeout(30_000);
    expect(device.take()).toEqual([]);
    expect(ipv4.counters.dropped['reassembly-timeout']).toBe(1);
  });

  it('takes them in the order of their deadlines', () => {
    const { ipv4, receive } = layer({ reassembly: { timeoutMs: 100 } });
    for (let id = 0; id < 5; id++) receive(piece(0, 8, true, { identification: id }), id * 10);
    ipv4.handleTimeout(120);
    expect(ipv4.counters.dropped['reassembly-timeout']).toBe(3);
    expect(ipv4.nextDeadline()).toBe(130);
  });
});
