/** SYN cookies (RFC 4987): a listener whose half-open queue is full, and a flood of SYNs. */

import { type TcpConnection, TcpFlag, type TcpOptions } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import {
  COOKIE_MSS,
  cookieTimestamp,
  readCookieTimestamp,
  SynCookie,
} from '../../src/layer/syn-cookie.js';
import { type Seq, seq } from '../../src/wire/seq.js';
import { Crowd, type CrowdAnswer } from '../support/crowd.js';
import { listening } from '../support/fake-peer.js';
import { tupleOf } from '../support/segments.js';

const { SYN, ACK, FIN, RST, ECE, CWR } = TcpFlag;
const u32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const mss = (size: number): number[] => [2, 4, size >> 8, size & 255];
const ts = (tsval: number, tsecr: number): number[] => [1, 1, 8, 10, ...u32(tsval), ...u32(tsecr)];
const SACK_PERMITTED = [1, 1, 4, 2];
const SCALE_7 = [1, 3, 3, 7];

interface Server {
  readonly crowd: Crowd;
  readonly accepted: TcpConnection[];
  received: number;
  readonly listener: ReturnType<Crowd['tcp']['listen']>;
}

/** A server with room for a few half-open connections, full of them where it is told to be. */
function serve(
  options: { halfOpenLimit?: number; backlog?: number; full?: boolean } & Partial<TcpOptions> = {},
): Server {
  const { halfOpenLimit = 4, backlog = 511, full = true, ...tcp } = options;
  const crowd = new Crowd(tcp);
  const accepted: TcpConnection[] = [];
  const server: Server = {
    crowd,
    accepted,
    received: 0,
    listener: crowd.tcp.listen(
      { port: 80, halfOpenLimit, backlog },
      {
        handleAcceptable: () => {
          if (backlog !== 511) return;
          const connection = server.listener.accept()!;
          accepted.push(connection);
          connection.setHandler({
            handleData: (_buf, start, end) => {
              server.received += end - start;
            },
            handleEnd() {},
            handleDrain() {},
            handleClose() {},
          });
        },
      },
    ),
  };
  if (full) for (let n = 0; n < halfOpenLimit; n++) crowd.sends(n, SYN, n, 0, mss(1460));
  crowd.turn();
  return server;
}

/** A SYN of peer 1000 with these options, answered. */
function ask({ crowd }: Server, options: readonly number[] = mss(1460), irs = 5000): CrowdAnswer {
  crowd.sends(1000, SYN, irs, 0, options);
  const answers = crowd.turn();
  expect(answers).toHaveLength(1);
  expect(answers[0]?.flags).toBe(SYN | ACK);
  return answers[0]!;
}

describe('a full half-open queue', () => {
  it('answers with a cookie and keeps nothing [RFC 4987 3.6]', () => {
    const server = serve();
    const { crowd, listener } = server;
    const synAck = ask(server);
    expect(synAck.ack).toBe(5001);
    expect([listener.halfOpen, crowd.tcp.connectionCount]).toEqual([4, 4]);
    expect(crowd.tcp.counters).toMatchObject({ synCookiesSent: 1 });
    expect(crowd.tcp.counters.dropped['half-open-evicted']).toBe(0);
    expect([...synAck.bytes.subarray(20)]).toEqual(mss(1460));
    // The SYN again, the same answer.
    expect(ask(server).seq).toBe(synAck.seq);
  });

  it('makes the connection of the ACK that brings it back, text and FIN included', () => {
    const server = serve();
    const { crowd, accepted } = server;
    const synAck = ask(server);
    crowd.sends(1000, ACK | FIN, 5001, synAck.seq + 1, [], 120);
    const [ack] = crowd.turn();
    expect([ack?.flags, ack?.ack]).toEqual([ACK, 5122]);
    expect(accepted.map((c) => c.state)).toEqual(['CLOSE-WAIT']);
    expect(server.received).toBe(120);
    expect(accepted[0]?.snd.mss).toBe(1460);
    expect(crowd.tcp.counters).toMatchObject({
      synCookiesReceived: 1,
      synCookiesFailed: 0,
      connectionsAccepted: 1,
    });
  });

  it('remembers window scale and SACK in the timestamp, and the size rounded down', () => {
    const server = serve();
    const { crowd, accepted } = server;
    const options = [...mss(1412), ...SACK_PERMITTED, ...ts(777, 0), ...SCALE_7];
    const synAck = ask(server, options);
    // MSS, SACK permitted, timestamps, window scale of 1 MiB.
    const { bytes } = synAck;
    expect([...bytes.subarray(20)]).toEqual([
      ...mss(1460),
      ...SACK_PERMITTED,
      ...ts(readTsval(bytes), 777),
      ...[1, 3, 3, 9],
    ]);
    crowd.sends(1000, ACK, 5001, synAck.seq + 1, ts(780, readTsval(bytes)));
    crowd.turn();
    const [connection] = accepted;
    expect(connection).toMatchObject({
      timestampsEnabled: true,
      sackEnabled: true,
      scalingEnabled: true,
    });
    expect(connection?.snd.windowShift).toBe(7);
    expect(connection?.snd.wnd).toBe(65_000 * 128);
    expect(connection?.rcv.windowShift).toBe(9);
    expect(connection?.snd.mss).toBe(1360 - 12);
    expect(connection?.rcv.tsRecent).toBe(780);
    // What we send from now on is not older than what the cookie said.
    const later = connection?.timestampAt(crowd.now) ?? 0;
    expect((later - readTsval(bytes)) | 0).toBeGreaterThanOrEqual(0);
    expect((later - readTsval(bytes)) | 0).toBeLessThan(64);
  });

  it('says ECN in the timestamp too, where the SYN has asked for it [RFC 3168 6.1.1]', () => {
    for (const [ecn, agrees] of [
      ['accept', true],
      ['never', false],
    ] as const) {
      const server = serve({ settings: { ecn } });
      const { crowd, accepted } = server;
      crowd.sends(1000, SYN | ECE | CWR, 5000, 0, [...mss(1460), ...ts(777, 0)]);
      const [synAck] = crowd.turn();
      expect(synAck?.flags).toBe(SYN | ACK | (agrees ? ECE : 0));
      crowd.sends(1000, ACK, 5001, synAck!.seq + 1, ts(780, readTsval(synAck!.bytes, 24)));
      crowd.turn();
      expect(accepted[0]?.ecn.isEnabled).toBe(agrees);
    }
  });

  it('takes no more options from the ACK than the SYN had', () => {
    const server = serve();
    const synAck = ask(server, [...mss(1000), ...SACK_PERMITTED, ...SCALE_7]);
    // Without timestamps there is no room to remember them.
    expect([...synAck.bytes.subarray(20)]).toEqual(mss(1460));
    server.crowd.sends(1000, ACK, 5001, synAck.seq + 1);
    server.crowd.turn();
    expect(server.accepted[0]).toMatchObject({ sackEnabled: false, scalingEnabled: false });
    expect(server.accepted[0]?.snd.mss).toBe(536);
  });

  it('refuses a cookie that is not its own, with a reset', () => {
    const server = serve();
    const { crowd } = server;
    const { seq: cookie } = ask(server);
    for (const [from, at, brought] of [
      [1000, 5001, cookie + 2],
      [1000, 5002, cookie + 1],
      [1001, 5001, cookie + 1],
      [1000, 5001, cookie + 1 + 2 ** 31],
    ] as const) {
      crowd.sends(from, ACK, at, brought);
      expect(crowd.turn().map((a) => a.flags)).toEqual([RST]);
    }
    expect(crowd.tcp.counters).toMatchObject({ synCookiesFailed: 4, synCookiesReceived: 0 });
    expect(server.accepted).toEqual([]);
  });

  it('refuses a timestamp that is none of ours', () => {
    const server = serve();
    const { crowd } = server;
    const synAck = ask(server, [...mss(1460), ...ts(777, 0)]);
    const ours = readTsval(synAck.bytes, 24);
    crowd.sends(1000, ACK, 5001, synAck.seq + 1, ts(780, (ours + 1000) >>> 0));
    expect(crowd.turn().map((a) => a.flags)).toEqual([RST]);
    crowd.sends(1000, ACK, 5001, synAck.seq + 1, ts(780, ours));
    crowd.turn();
    expect(server.accepted).toHaveLength(1);
  });

  it('takes a cookie for one to two minutes, and looks for one no longer', () => {
    for (const [afterMs, taken, failed] of [
      [63_000, 1, 0],
      [127_000, 0, 1],
      [128_001, 0, 0],
    ] as const) {
      const server = serve();
      const { crowd } = server;
      const { seq: cookie } = ask(server);
      crowd.now += afterMs;
      crowd.turn();
      crowd.sends(1000, ACK, 5001, cookie + 1);
      const answers = crowd.turn();
      expect(server.accepted, `${afterMs}`).toHaveLength(taken);
      expect(answers.map((a) => a.flags)).toEqual(taken === 1 ? [] : [RST]);
      expect(crowd.tcp.counters.synCookiesFailed).toBe(failed);
    }
  });

  it('waits with a cookie while the backlog is full', () => {
    const server = serve({ backlog: 1 });
    const { crowd, listener } = server;
    const first = ask(server);
    crowd.sends(2000, SYN, 9000, 0, mss(1460));
    const [second] = crowd.turn();
    crowd.sends(1000, ACK, 5001, first.seq + 1);
    crowd.sends(2000, ACK, 9001, second!.seq + 1, [], 5);
    expect(crowd.turn()).toEqual([]);
    expect(listener.pending).toBe(1);
    expect(crowd.tcp.counters.dropped['backlog-full']).toBe(1);
    listener.accept();
    crowd.sends(2000, ACK, 9001, second!.seq + 1, [], 5);
    crowd.turn();
    expect(listener.pending).toBe(1);
  });

  it('has no cookie for a peer of less than 48 octets a segment', () => {
    const { crowd } = serve();
    crowd.sends(1000, SYN, 5000, 0, mss(40));
    expect(crowd.turn()).toEqual([]);
    expect(crowd.tcp.counters.dropped['half-open-full']).toBe(1);
  });

  it('still takes the next incarnation of a connection in TIME-WAIT, to twice its length', () => {
    const server = serve({ full: false });
    const { crowd, listener, accepted } = server;
    for (let n = 100; n < 110; n++) {
      crowd.sends(n, SYN, 1, 0, mss(1460));
      const [synAck] = crowd.turn();
      crowd.sends(n, ACK, 2, synAck!.seq + 1);
      crowd.turn();
      accepted.pop()!.end();
      crowd.turn();
      crowd.sends(n, ACK | FIN, 2, synAck!.seq + 2);
      crowd.turn();
    }
    expect(crowd.tcp.timeWaitCount).toBe(10);
    for (let n = 0; n < 4; n++) crowd.sends(n, SYN, 1, 0, mss(1460));
    for (let n = 100; n < 110; n++) crowd.sends(n, SYN, 1000, 0, mss(1460));
    crowd.turn();
    expect(listener.halfOpen).toBe(8);
    expect(crowd.tcp.timeWaitCount).toBe(6);
    expect(crowd.tcp.counters.dropped['half-open-full']).toBe(6);
  });
});

describe('the setting', () => {
  it('`always` keeps no half-open connection at all', () => {
    const server = serve({ full: false, settings: { synCookies: 'always' } });
    const synAck = ask(server);
    expect(server.listener.halfOpen).toBe(0);
    server.crowd.sends(1000, ACK, 5001, synAck.seq + 1);
    server.crowd.turn();
    expect(server.accepted).toHaveLength(1);
  });

  it('`never` evicts the oldest [RFC 4987 3.3]', () => {
    const script = listening({ halfOpenLimit: 3, settings: { synCookies: 'never' } });
    for (let i = 0; i < 10; i++) {
      script.sends({ seq: 0, flags: 'S', from: 5000 + i, options: { mss: 1000 } });
    }
    expect(script.listener?.halfOpen).toBe(3);
    expect(script.tcp.counters.dropped['half-open-evicted']).toBe(7);
    expect([...script.tcp.connections()].map((c) => c.remotePort).sort()).toEqual([
      5007, 5008, 5009,
    ]);
    expect(script.tcp.counters.synCookiesSent).toBe(0);
  });

  it('is one of three', () => {
    const settings = { synCookies: 'sometimes' as 'auto' };
    expect(() => serve({ settings })).toThrow(RangeError);
  });
});

describe('a flood of 100,000 SYNs', () => {
  it('keeps nobody out and holds what the queue holds', { timeout: 120_000 }, () => {
    const server = serve({ full: false, halfOpenLimit: 1024 });
    const { crowd, accepted, listener } = server;
    const honest = 500_000;
    let opened = 0;
    for (let n = 0; n < 100_000; n++) {
      crowd.sends(n, SYN, n * 7919, 0, mss(1460));
      if (n % 100 === 99) {
        // 100,000 a second; what comes in 1 ms is one turn.
        crowd.now += 1;
        crowd.turn();
      }
      if (n % 5000 !== 0) continue;
      crowd.sends(honest + n, SYN, 1, 0, mss(1460));
      const synAck = crowd.turn().at(-1)!;
      crowd.sends(honest + n, ACK, 2, synAck.seq + 1, [], 10);
      crowd.turn();
      opened++;
    }
    expect(accepted).toHaveLength(opened);
    expect(server.received).toBe(opened * 10);
    expect(listener.halfOpen).toBe(1024);
    expect(crowd.tcp.connectionCount).toBe(1024 + opened);
    expect(crowd.tcp.counters.synCookiesSent).toBeGreaterThan(98_000);
    expect(crowd.tcp.counters.dropped['half-open-evicted']).toBe(0);
  });
});

describe('a cookie', () => {
  const tuple = tupleOf(1, 80, 2, 4000);
  const make = (size: number, now = 0): Seq =>
    new SynCookie(seededRandom(1).u32).make(tuple, seq(5), size, now)!;
  const mssOf = (cookie: number, now = 0): number =>
    new SynCookie(seededRandom(1).u32).mssOf(seq(cookie), tuple, seq(5), now);

  it('says the largest size that is not above the peer’s', () => {
    expect([48, 215, 536, 1220, 1459, 1460, 9000].map((n) => mssOf(make(n)))).toEqual([
      48, 48, 536, 1220, 1440, 1460, 8960,
    ]);
    for (const size of COOKIE_MSS) expect(mssOf(make(size))).toBe(size);
  });

  it('is spoilt by every bit', () => {
    const cookie = make(1460);
    for (let bit = 0; bit < 32; bit++) expect(mssOf((cookie ^ (1 << bit)) >>> 0)).toBe(-1);
  });

  it('is good in its period and the next', () => {
    for (let now = 0; now < 640_000; now += 7000) {
      const end = (Math.floor(now / 64_000) + 2) * 64_000;
      const cookie = make(1460, now);
      expect([mssOf(cookie, now), mssOf(cookie, end - 1), mssOf(cookie, end)]).toEqual([
        1460, 1460, -1,
      ]);
    }
  });

  it('keeps every option in a timestamp that is not later, and at most 63 ms earlier', () => {
    const random = seededRandom(4);
    for (let windowShift = -1; windowShift <= 14; windowShift++) {
      for (const [sackPermitted, ecn] of [
        [true, false],
        [false, true],
      ] as const) {
        for (let i = 0; i < 100; i++) {
          const tsval = i === 0 ? 3 : random.u32();
          const stamped = cookieTimestamp(tsval, { windowShift, sackPermitted, ecn });
          const age = (tsval - stamped) | 0;
          expect(age).toBeGreaterThanOrEqual(0);
          expect(age).toBeLessThan(64);
          const read = { windowShift: 0, sackPermitted: false, ecn: false };
          readCookieTimestamp(stamped, read);
          expect(read).toEqual({ windowShift, sackPermitted, ecn });
        }
      }
    }
  });
});

/** TSval of timestamps behind MSS and SACK permitted, or wherever they are said to begin. */
function readTsval(bytes: Uint8Array, at = 28): number {
  expect([...bytes.subarray(at, at + 4)]).toEqual([1, 1, 8, 10]);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4);
}
