/** What a stack answers, and how often: out-of-step peers, strangers, floods of what is refused. */

import { seq, type TcpConnection } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { ResetLimiter } from '../../src/layer/reset-limiter.js';
import { established, Script, synReceived } from '../support/fake-peer.js';
import { Pair } from '../support/pair.js';
import { tupleOf } from '../support/segments.js';

/** Two ends that are established and silent, their trace empty. */
function quietPair(): { pair: Pair; client: TcpConnection; server: TcpConnection } {
  const pair = new Pair({ seed: 3, delayMs: 10 });
  pair.exchange(new Uint8Array(0), new Uint8Array(0), { keepOpen: true });
  pair.run(1000);
  pair.trace.length = 0;
  const client = pair.client.connection!;
  const server = pair.server.connection!;
  expect([client.state, server.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  return { pair, client, server };
}

/** Moves what a connection believes to have sent, as if it were another one. */
function shiftSent(connection: TcpConnection, by: number): void {
  const { snd } = connection;
  const names = ['iss', 'una', 'nxt', 'queueSeq', 'smallEnd', 'lostNext', 'lostEnd'] as const;
  const fields = snd as unknown as Record<string, number>;
  for (const name of names) if (name in fields) fields[name] = seq(fields[name]! + by);
}

describe('two ends out of step', () => {
  it('do not answer each other for ever [RFC 5961 7]', () => {
    for (const by of [1_000_000, -1_000_000, 200_000_000]) {
      const { pair, client, server } = quietPair();
      shiftSent(client, by);
      shiftSent(server, by);
      client.rcv.ackBecause = 3;
      client.requestOutput();
      pair.run(pair.now + 60_000);
      expect(pair.trace.length, `${by}`).toBeGreaterThan(1);
      expect(pair.trace.length, `${by}`).toBeLessThan(12);
    }
  });
});

describe('a flood of what is refused', () => {
  it('of a thousand ACKs behind RCV.NXT is answered once in 500 ms [RFC 5961 7] [RFC 9293 3.5.2 group 3]', () => {
    const script = established();
    script.sends({ seq: 1, data: 100 });
    script.advance(40);
    script.take();
    for (let i = 0; i < 1000; i++) script.sends({ seq: 50 });
    expect(script.take()).toHaveLength(1);
    script.advance(500);
    for (let i = 0; i < 1000; i++) script.sends({ seq: 50 });
    expect(script.take()).toHaveLength(1);
  });

  it('of repeated text is answered each time: the peer’s recovery counts on it [RFC 2883 4 answers]', () => {
    const script = established();
    script.sends({ seq: 1, data: 100 });
    script.advance(40);
    script.take();
    for (let i = 0; i < 20; i++) script.sends({ seq: 1, data: 100 });
    expect(script.take()).toHaveLength(20);
  });

  it('of old timestamps is answered once in 500 ms [RFC 7323 5.3 R1]', () => {
    const ts = (tsval: number) => ({ options: { ts: [tsval, 0] as const } });
    const script = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [1000, 0] },
    });
    for (let i = 0; i < 100; i++) script.sends({ seq: 1, ...ts(999) });
    expect(script.take()).toHaveLength(1);
    script.advance(500);
    script.sends({ seq: 1, ...ts(999) });
    expect(script.take()).toHaveLength(1);
  });

  it('of the SYN that began a half-open connection is answered once in 500 ms', () => {
    const script = synReceived();
    for (let i = 0; i < 100; i++) script.sends({ seq: 0, flags: 'S', options: { mss: 1000 } });
    expect(script.take().map((s) => s.flags)).toEqual(['SA']);
  });
});

describe('resets to segments without a connection', () => {
  /** What `count` ACKs of nobody in one moment are answered with. */
  const resets = (script: Script, count: number): number => {
    for (let i = 0; i < count; i++) script.sends({ seq: 1, ack: i, from: 1024 + i });
    return script.take().length;
  };

  it('are bounded, and counted as `reset-limited` [RFC 5961 7]', () => {
    const script = new Script({});
    const first = resets(script, 2000);
    expect(first).toBeGreaterThan(150);
    expect(first).toBeLessThan(260);
    const { dropped } = script.tcp.counters;
    expect(dropped['reset-limited']).toBe(2000 - first);
    expect(dropped['no-connection']).toBe(first);
    script.advance(500);
    const second = resets(script, 2000);
    expect(second).toBeGreaterThan(60);
    expect(second).toBeLessThan(150);
  });

  it('cost what nobody can foresee: another run lets another number go', () => {
    const numbers = new Set<number>();
    for (let seed = 1; seed <= 8; seed++) {
      const random = seededRandom(seed);
      numbers.add(resets(new Script({ tcp: { randomU32: random.u32 } }), 1000));
    }
    expect(numbers.size).toBeGreaterThan(4);
  });

  it('to one peer leave those to others alone', () => {
    const limiter = new ResetLimiter(seededRandom(5).u32);
    const to = (remote: number) => tupleOf(1, 80, remote, 4000);
    while (limiter.allow(to(1), 0));
    let others = 0;
    for (let remote = 2; remote < 1002; remote++) if (limiter.allow(to(remote), 0)) others++;
    // All but those in the same one of 128 buckets.
    expect(others).toBeGreaterThan(960);
  });
});
