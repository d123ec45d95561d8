import { checksum, writeU16 } from '@netlayers/bytes';
import type { EchoHandler, IpErrorKind } from '@netlayers/ip';
import { createIpv4Header, parseIpv4Header } from '@netlayers/ipv4';
import { hex } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import * as captures from './captures.js';
import {
  FAR,
  fragments,
  icmp,
  isSame,
  layer,
  type PacketFields,
  PEER,
  packet,
  pattern,
  US,
} from './layer.js';

const ICMP = 1;

/** Writes down what comes back on echo requests. */
function recordEchoes() {
  const replies: unknown[] = [];
  const errors: unknown[] = [];
  const handler: EchoHandler = {
    handleEchoReply: (header, identifier, sequence, buf, start, end, now) => {
      const { source, ttl } = header;
      const data = Uint8Array.from(buf.subarray(start, end));
      replies.push({ source, ttl, identifier, sequence, data, now });
    },
    handleEchoError: (error, identifier, sequence, now) => {
      errors.push({ ...error, identifier, sequence, now });
    },
  };
  return { handler, replies, errors };
}

const echo = (data: Uint8Array, fields: PacketFields = {}) =>
  packet({ protocol: ICMP, payload: icmp(8, 0, 0x12340001, data), ...fields });

describe('an echo request', () => {
  it('of Linux is answered as Linux does, but for the identification', () => {
    const { receive, device } = layer();
    receive(captures.ECHO_REQUEST);
    const [reply] = device.take();
    expect(reply?.subarray(20)).toEqual(captures.ECHO_REPLY.subarray(20));
    expect(reply?.subarray(0, 4)).toEqual(captures.ECHO_REPLY.subarray(0, 4));
    expect(reply?.subarray(12, 20)).toEqual(captures.ECHO_REPLY.subarray(12, 20));
    expect(checksum(reply!, 0, 20)).toBe(0);
  });

  it('is answered with all of its data, of every length', () => {
    const { receive, device, ipv4 } = layer();
    for (const length of [0, 1, 2, 55, 56, 1471, 1472]) {
      receive(echo(pattern(length)));
      const [reply] = device.take();
      expect(reply?.subarray(20)).toEqual(icmp(0, 0, 0x12340001, pattern(length)));
    }
    expect(ipv4.counters).toMatchObject({ echoRequestsReceived: 7, echoRepliesSent: 7 });
  });

  it.each([1473, 8000, 65507])('of %i bytes comes and goes in fragments', (length) => {
    const data = pattern(length);
    const sender = layer({ address: PEER });
    const { receive, device } = layer();
    const { handler, replies } = recordEchoes();
    sender.ipv4.echoHandler = handler;
    sender.ipv4.ping(US, { identifier: 1, sequence: 2, payload: data });
    const request = sender.device.take();
    expect(request.length).toBe(Math.ceil((length + 8) / 1480));
    for (const bytes of request) receive(bytes);
    const reply = device.take();
    expect(reply.length).toBe(request.length);
    for (const bytes of reply) sender.receive(bytes, 5);
    expect(replies).toHaveLength(1);
    const [{ data: returned, ...rest }] = replies as [{ data: Uint8Array }];
    expect(rest).toEqual({ source: US, ttl: 64, identifier: 1, sequence: 2, now: 5 });
    expect(isSame(returned, data)).toBe(true);
  });

  it('is answered from the address that was asked, keeping the DSCP but not ECN', () => {
    const { receive, device } = layer({ addresses: [FAR] });
    receive(echo(pattern(8), { destination: FAR, tos: 0xbb }));
    const header = createIpv4Header();
    const [reply] = device.take();
    expect(parseIpv4Header(reply!, 0, reply!.length, header)).toBe(null);
    expect(header).toMatchObject({ source: FAR, destination: PEER, tos: 0xb8, ttl: 64 });
  });

  it('is answered for every host as a catch-all', () => {
    const { receive, device } = layer({ acceptAny: true });
    receive(echo(pattern(8), { destination: FAR }));
    expect(device.take()[0]?.subarray(12, 16)).toEqual(hex`c6336407`);
  });

  it('of Linux with record route has its route go on (RFC 1122, 3.2.2.6)', () => {
    const { receive, device } = layer();
    receive(captures.RECORD_ROUTE_REQUEST);
    const [reply] = device.take();
    expect(reply?.[0]).toBe(0x4f);
    expect(reply?.subarray(20, 32)).toEqual(hex`07 27 0c c0000201 c0000202 00`);
    expect(reply?.subarray(60)).toEqual(
      icmp(0, 0, 0x37bf0001, captures.RECORD_ROUTE_REQUEST.subarray(68)),
    );
  });

  it('of Linux with timestamps has its timestamps go on', () => {
    const { receive, device } = layer();
    receive(captures.TIMESTAMP_REQUEST, 77);
    const [reply] = device.take();
    expect(reply?.[0]).toBe(0x4e);
    expect(reply?.subarray(20, 40)).toEqual(hex`44 24 15 01 c0000201 0014005b c0000202 8000004d`);
  });

  it('with a bad checksum is not answered, unless it was verified below', () => {
    const { receive, device, drops } = layer();
    const request = echo(pattern(8));
    request[22]! ^= 0x01;
    receive(request, 0, 0);
    expect(drops).toEqual(['icmp-bad-checksum']);
    receive(request, 0, 2);
    expect(device.take()).toHaveLength(1);
  });

  it('that finds the queue full goes unanswered', () => {
    const { receive, device, ipv4 } = layer();
    device.full = true;
    receive(echo(pattern(8)));
    expect(ipv4.counters.echoRepliesSent).toBe(0);
    expect(ipv4.counters.sendFailures['queue-full']).toBe(1);
  });

  it('from where no route leads goes unanswered', () => {
    const { receive, device } = layer({ routes: [{ network: US, prefixLength: 24 }] });
    receive(echo(pattern(8), { source: FAR }));
    expect(device.take()).toEqual([]);
  });
});

describe('ping', () => {
  it('sends an echo request', () => {
    const { ipv4, device } = layer();
    const request = { identifier: 0xabcd, sequence: 0xffff, payload: pattern(5), ttl: 9 };
    expect(ipv4.ping(FAR, request)).toBe(null);
    const [sent] = device.take();
    expect(sent?.subarray(20)).toEqual(icmp(8, 0, 0xabcdffff, pattern(5)));
    expect(sent?.[8]).toBe(9);
    expect(ipv4.counters.echoRequestsSent).toBe(1);
  });

  it('sends options, from an address of choice, refusing fragments', () => {
    const { ipv4, device } = layer({ addresses: [FAR] });
    const options = hex`07 07 04 00000000 00`;
    ipv4.ping(PEER, { identifier: 1, sequence: 1, source: FAR, options, dontFragment: true });
    const [sent] = device.take();
    expect(sent?.subarray(20, 28)).toEqual(options);
    expect(sent?.subarray(12, 16)).toEqual(hex`c6336407`);
    expect(sent?.subarray(4, 8)).toEqual(hex`0000 4000`);
    const payload = pattern(1473);
    const large = { identifier: 1, sequence: 2, payload, dontFragment: true };
    expect(ipv4.ping(PEER, large)).toBe('fragmentation-needed');
    expect(ipv4.ping(0, { identifier: 1, sequence: 3 })).toBe('no-route');
    expect(ipv4.counters.echoRequestsSent).toBe(1);
  });

  it('has its reply delivered', () => {
    const { ipv4, receive, drops } = layer({ address: PEER });
    receive(captures.ECHO_REPLY);
    expect(drops).toEqual(['icmp-unmatched']);
    const { handler, replies } = recordEchoes();
    ipv4.echoHandler = handler;
    receive(captures.ECHO_REPLY, 12);
    const data = captures.ECHO_REPLY.subarray(28);
    const expected = { source: US, ttl: 64, identifier: 0x37bd, sequence: 1, data, now: 12 };
    expect(replies).toEqual([expected]);
    expect(ipv4.counters.echoRepliesReceived).toBe(2);
  });

  it('has errors of Linux about it delivered', () => {
    const { ipv4, receive } = layer();
    const { handler, errors } = recordEchoes();
    ipv4.echoHandler = handler;
    receive(captures.TIME_EXCEEDED, 3);
    // The front of a capture: cut to what is there.
    const front = captures.FRAGMENTATION_NEEDED.slice();
    writeU16(front, 2, front.length);
    writeU16(front, 10, 0);
    writeU16(front, 10, checksum(front, 0, 20));
    receive(front, 4, 2);
    const about = { reporter: PEER, source: US, destination: FAR, sequence: 1 };
    expect(errors).toEqual([
      { ...about, kind: 'time-exceeded', mtu: 0, identifier: 0x381b, now: 3 },
      { ...about, kind: 'packet-too-big', mtu: 1000, identifier: 0x381a, now: 4 },
    ]);
  });

  it('is not bothered by errors about replies', () => {
    const { ipv4, receive, drops } = layer();
    const { handler, errors } = recordEchoes();
    ipv4.echoHandler = handler;
    const reply = packet({
      source: US,
      destination: PEER,
      protocol: ICMP,
      payload: icmp(0, 0, 1, pattern(8)),
    });
    receive(packet({ protocol: ICMP, payload: icmp(3, 1, 0, reply) }));
    expect(errors).toEqual([]);
    expect(drops).toEqual(['icmp-unmatched']);
  });
});

describe('an ICMP error', () => {
  const segment = (fields: PacketFields = {}) =>
    packet({ source: US, destination: FAR, payload: pattern(20), ...fields });
  const error = (type: number, code: number, rest: number, quote: Uint8Array) =>
    packet({ protocol: ICMP, payload: icmp(type, code, rest, quote) });

  const kinds: readonly [number, number, IpErrorKind][] = [
    [3, 1, 'host-unreachable'],
    [11, 1, 'time-exceeded'],
    [12, 1, 'parameter-problem'],
  ];
  it.each(kinds)('of type %i goes to the protocol that it is about', (type, code, kind) => {
    const { receive, tcp, drops, ipv4 } = layer();
    receive(error(type, code, 0, segment()));
    const about = { kind, mtu: 0, reporter: PEER, source: US, destination: FAR };
    expect(tcp.errors).toEqual([{ ...about, quote: pattern(20) }]);
    expect(drops).toEqual([]);
    expect(ipv4.counters.icmpErrorsReceived).toBe(1);
  });

  it('says with its code what is unreachable [RFC 1122 3.2.2.1]', () => {
    const { receive, tcp } = layer();
    const codes = [...Array(17).keys()].filter((code) => code !== 4);
    for (const code of codes) receive(error(3, code, 0, segment()));
    const byKind: Record<string, number[]> = {};
    tcp.errors.forEach(({ kind }, index) => {
      byKind[kind] = [...(byKind[kind] ?? []), codes[index]!];
    });
    expect(byKind).toEqual({
      'network-unreachable': [0, 6, 11],
      'host-unreachable': [1, 7, 12],
      'protocol-unreachable': [2],
      'port-unreachable': [3],
      prohibited: [9, 10, 13],
      unreachable: [5, 8, 14, 15, 16],
    });
  });

  const mtus: readonly [string, number, number][] = [
    ['is handed up', 1400, 1400],
    ['of zero, from a router older than RFC 1191, is handed up as zero', 0, 0],
    ['below 68 counts as 68 (RFC 1191, 3)', 67, 68],
    ['below 68 counts as 68, even at one', 1, 68],
    ['is read without the unused half', 0xffff_0578, 1400],
  ];
  it.each(mtus)('the next-hop MTU %s [RFC 1191 4]', (_, rest, mtu) => {
    const { receive, tcp } = layer();
    // The high half is written after the fact: its second byte is the length of RFC 4884.
    receive(error(3, 4, (rest & 0xff00ffff) >>> 0, segment()));
    expect(tcp.errors[0]?.mtu).toBe(mtu);
  });

  it('carries an MTU with code 4 of type 3 only', () => {
    const { receive, tcp } = layer();
    for (const [type, code] of [
      [3, 3],
      [11, 4],
      [12, 4],
    ] as const) {
      receive(error(type, code, 1400, segment()));
    }
    expect(tcp.errors.map((error) => error.mtu)).toEqual([0, 0, 0]);
  });

  it('is taken with a quote that TTL and checksum no longer fit', () => {
    const { receive, tcp } = layer();
    const quote = segment();
    quote[8] = 0;
    receive(error(11, 0, 0, quote));
    expect(tcp.errors).toHaveLength(1);
  });

  it('is taken with the least of quotes, options included', () => {
    const { receive, tcp } = layer();
    receive(error(3, 3, 0, segment().subarray(0, 28)));
    const options = new Uint8Array(40).fill(1);
    receive(error(3, 3, 0, segment({ options }).subarray(0, 68)));
    expect(tcp.errors.map((error) => error.quote)).toEqual([pattern(8), pattern(8)]);
  });

  it('ends where the quoted datagram ends, or where RFC 4884 says that it does', () => {
    const { receive, tcp } = layer();
    receive(error(3, 3, 0, Uint8Array.of(...segment(), ...pattern(100))));
    receive(error(3, 3, 8 << 16, segment({ payload: pattern(100) })));
    expect(tcp.errors.map((error) => error.quote)).toEqual([pattern(20), pattern(12)]);
  });

  const bad: readonly [string, Uint8Array][] = [
    ['no quote', hex``],
    ['less than a header', segment().subarray(0, 19)],
    ['seven bytes behind the header', segment().subarray(0, 27)],
    ['seven bytes behind a header with options', segment({ options: pattern(4) }).subarray(0, 31)],
    ['a total length of less than that', segment({ totalLength: 27 })],
    ['another version', Uint8Array.of(0x65, ...segment().subarray(1))],
    ['a header length of 16', Uint8Array.of(0x44, ...segment().subarray(1))],
    ['a later fragment', segment({ fragmentOffset: 8 })],
    ['a datagram of somebody else', segment({ source: PEER })],
    ['a datagram from a martian', segment({ source: 0x7f000001 })],
  ];
  it.each(bad)('with %s is not believed', (_, quote) => {
    const { receive, tcp, drops } = layer();
    receive(error(3, 3, 0, quote));
    expect(drops).toEqual(['icmp-bad-quote']);
    expect(tcp.errors).toEqual([]);
  });

  it('about a protocol that nobody speaks is dropped', () => {
    const { receive, drops } = layer();
    receive(error(3, 3, 0, captures.PORT_UNREACHABLE.subarray(28)));
    receive(error(3, 3, 0, segment({ protocol: 17 })));
    expect(drops).toEqual(['icmp-bad-quote', 'icmp-unmatched']);
  });

  it('of Linux reaches UDP', () => {
    const { ipv4, receive } = layer({ address: PEER });
    const udp = layer().tcp;
    ipv4.register(17, udp);
    receive(captures.PORT_UNREACHABLE);
    const about = { kind: 'port-unreachable', mtu: 0, reporter: US, source: PEER, destination: US };
    const quote = captures.UDP_TO_CLOSED_PORT.subarray(20);
    expect(udp.errors).toEqual([{ ...about, quote }]);
  });

  it('in fragments is put together first', () => {
    const { receive, tcp } = layer();
    const message = icmp(3, 1, 0, segment());
    for (const bytes of fragments(message, [16, 32], { protocol: ICMP })) receive(bytes);
    expect(tcp.errors).toHaveLength(1);
  });

  it.each([1, 2, 4, 5, 6, 7, 9, 10, 13, 14, 15, 17, 18, 30, 40, 255])(
    'type %i is not spoken here and is discarded in silence [RFC 9293 MUST-55]',
    (type) => {
      const { receive, drops, device } = layer();
      receive(error(type, 0, 0, segment()));
      expect(drops).toEqual(['icmp-unknown-type']);
      expect(device.take()).toEqual([]);
    },
  );
});
