/**
 * TCP over an IP layer with 128-bit addresses: the trial that IPv6 needs nothing here to be
 * rewritten. The layer reuses its two address objects for every packet, see `wide-ip.ts`.
 */

import { formatAddress, type IpAddress } from '@netlayers/ip';
import { Tcp, type TcpConnection, type TcpListener, type TcpSettings } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { IsnGenerator } from '../../src/layer/isn.js';
import { pattern, tupleOf } from '../support/segments.js';
import { FourWords, synFrom, WideIp, type WideSegment, wide } from '../support/wide-ip.js';

const CLIENT = wide(1);
const SERVER = wide(2);

/** Addresses that differ from CLIENT in one bit, each in another word. */
const neighbours = () =>
  [0, 1, 2, 3].map((index) => {
    const { words } = wide(1);
    words[index] = words[index]! ^ 0x10000;
    return new FourWords(words);
  });

/** One end: a TCP on a layer with these addresses. */
function endOf(seed: number, addresses: readonly IpAddress[], settings: Partial<TcpSettings> = {}) {
  const ip = new WideIp(...addresses);
  const tcp = new Tcp({ ip, randomU32: seededRandom(seed).u32, settings });
  const received: number[] = [];
  const events: string[] = [];
  const watch = (connection: TcpConnection): void =>
    connection.setHandler({
      handleData: (buf, start, end) => {
        for (let i = start; i < end; i++) received.push(buf[i]!);
      },
      handleEnd: () => connection.end(),
      handleDrain: () => {},
      handleClose: (error) => events.push(error === null ? 'close' : error.code),
    });
  const accepted: TcpConnection[] = [];
  const listen = (address: IpAddress | null): TcpListener => {
    const listener = tcp.listen(
      { address, port: 80 },
      {
        handleAcceptable: () => {
          const connection = listener.accept();
          if (connection === null) return;
          accepted.push(connection);
          watch(connection);
        },
      },
    );
    return listener;
  };
  /** Everything that is due; returns what was sent. */
  const turn = (now: number): WideSegment[] => {
    tcp.handleTimeout(now);
    for (let round = 0; round < 10; round++) {
      tcp.deliverEvents();
      tcp.pollTransmit(now);
    }
    return ip.take();
  };
  return { ip, tcp, received, events, watch, accepted, listen, turn };
}

type End = ReturnType<typeof endOf>;

/** Carries segments to and fro, losing none, until nothing moves. */
function exchange(a: End, b: End, from: number): void {
  for (let now = from; now < from + 1000; now++) {
    for (const segment of a.turn(now)) b.ip.deliver(b.tcp, segment, now);
    for (const segment of b.turn(now)) a.ip.deliver(a.tcp, segment, now);
  }
}

describe('a connection between 128-bit addresses', () => {
  it('opens, carries text both ways, closes, and knows its addresses all the time', () => {
    const client = endOf(1, [CLIENT]);
    const server = endOf(2, [SERVER]);
    server.listen(SERVER);
    const to = { remoteAddress: SERVER, remotePort: 80 };
    const connection = client.tcp.connect(to, () => {}, 0);
    client.watch(connection);
    exchange(client, server, 0);
    const [accepted] = server.accepted;
    expect(connection.state).toBe('ESTABLISHED');
    connection.write(pattern(50_000));
    accepted!.write(pattern(30_000, 7));
    exchange(client, server, 1000);
    expect(server.received).toEqual([...pattern(50_000)]);
    expect(client.received).toEqual([...pattern(30_000, 7)]);
    for (const [end, local, remote] of [
      [connection, CLIENT, SERVER],
      [accepted!, SERVER, CLIENT],
    ] as const) {
      expect(formatAddress(end.localAddress)).toBe(formatAddress(local));
      expect(formatAddress(end.remoteAddress)).toBe(formatAddress(remote));
    }
    connection.end();
    exchange(client, server, 2000);
    expect([...client.events, ...server.events]).toEqual(['close', 'close']);
  });

  it('has no route to an address of a version that the host has none of', () => {
    const { tcp } = endOf(1, [CLIENT]);
    const to = { remoteAddress: 0x0a000001, remotePort: 80 };
    expect(() => tcp.connect(to, () => {}, 0)).toThrow('no route');
  });
});

describe('segment sizes', () => {
  /** The SYN-ACK that answers a SYN, and the connection. */
  function answered(peer: IpAddress, ours: IpAddress) {
    const server = endOf(2, [ours], { timestamps: false });
    server.listen(null);
    server.ip.deliver(server.tcp, synFrom(peer, ours), 0);
    const [synAck] = server.turn(0);
    const [connection] = server.tcp.connections();
    return { server, synAck: synAck!, connection: connection! };
  }

  it('allow for the header of the version [RFC 9293 MUST-67]', () => {
    expect(answered(CLIENT, SERVER).synAck.header.mss).toBe(1440);
    expect(answered(1, 2).synAck.header.mss).toBe(1460);
  });

  it('are 1220 or 536 for a peer that names none [RFC 9293 MUST-15]', () => {
    expect(answered(CLIENT, SERVER).connection.snd.mss).toBe(1220);
    expect(answered(1, 2).connection.snd.mss).toBe(536);
  });

  it('never get smaller than the smallest MTU of the version leaves [RFC 8201 4]', () => {
    for (const [peer, ours, least] of [
      [CLIENT, SERVER, 1220],
      [1, 2, 512],
    ] as const) {
      const { server, synAck, connection } = answered(peer, ours);
      connection.snd.mss = 1300;
      server.ip.deliverError(server.tcp, synAck, 'packet-too-big', 20, 0);
      expect(connection.snd.mss).toBe(least);
    }
  });
});

describe('look-ups by address', () => {
  it('find the listener of an address before that of every address', () => {
    const server = endOf(2, [SERVER, wide(3)]);
    const exact = server.listen(wide(3));
    const any = server.listen(null);
    const counts = () => [exact.halfOpen, any.halfOpen];
    server.ip.deliver(server.tcp, synFrom(CLIENT, SERVER), 0);
    expect(counts()).toEqual([0, 1]);
    server.ip.deliver(server.tcp, synFrom(CLIENT, wide(3)), 0);
    expect(counts()).toEqual([1, 1]);
    server.ip.deliver(server.tcp, synFrom(7, 8), 0);
    expect(counts()).toEqual([1, 2]);
    expect(() => server.listen(wide(3))).toThrow('20010db8.0.0.3 is in use');
    expect(() => server.listen(null)).toThrow('every address is in use');
  });

  it('answer a segment that is for nobody from and to the right addresses', () => {
    const server = endOf(2, [SERVER]);
    server.listen(wide(3));
    server.ip.deliver(server.tcp, synFrom(CLIENT, SERVER), 0);
    const [reset] = server.turn(0);
    expect(reset?.header.flags).toBe(0x14);
    expect([reset?.source, reset?.destination].map(String)).toEqual([SERVER, CLIENT].map(String));
  });

  it('tell connections apart by any word of either address, and by the version', () => {
    const server = endOf(2, [SERVER]);
    server.listen(null);
    const peers = [CLIENT, ...neighbours()];
    const syns = [
      ...peers.map((peer) => synFrom(peer, SERVER)),
      ...peers.map((peer) => synFrom(SERVER, peer)),
      synFrom(1, 2),
      synFrom(2, 1),
    ];
    for (const syn of syns) server.ip.deliver(server.tcp, syn, 0);
    expect(server.tcp.connectionCount).toBe(syns.length);
    const answers = server.turn(0);
    expect(answers.map((answer) => `${answer.destination} ${answer.source}`)).toEqual(
      syns.map((syn) => `${syn.source} ${syn.destination}`),
    );
    // Each again: an old acquaintance every time.
    for (const syn of syns) server.ip.deliver(server.tcp, syn, 1);
    expect(server.tcp.connectionCount).toBe(syns.length);
  });

  it('begin where nobody can guess, for every word of an address [RFC 6528 3]', () => {
    const isn = new IsnGenerator(seededRandom(1).u32);
    const seen = new Set(
      neighbours().flatMap((address) => [
        isn.next(tupleOf(address, 80, CLIENT, 4000), 0),
        isn.next(tupleOf(CLIENT, 80, address, 4000), 0),
      ]),
    );
    expect(seen.size).toBe(8);
    const again = isn.next(tupleOf(wide(9), 80, CLIENT, 4000), 0);
    expect(isn.next(tupleOf(wide(9).keep(), 80, wide(1), 4000), 0)).toBe(again);
  });
});
