/** Each counter once, where Linux has a counter of that kind. */

import { Because, type TcpCounters } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  closeWait,
  established,
  finWait1,
  finWait2,
  listening,
  type Script,
  type ScriptSetup,
  synReceived,
  synSent,
  timeWait,
} from '../support/fake-peer.js';

type Counted = Partial<Omit<TcpCounters, 'dropped'>>;

/** What has grown by something, without segments and bytes. */
function grown(script: Script, act: () => void): Counted {
  const before = { ...script.tcp.counters };
  act();
  const counted: Record<string, number> = {};
  for (const [name, value] of Object.entries(script.tcp.counters)) {
    if (typeof value !== 'number' || /^(segments|bytes|memoryUsed|memoryPeak)/.test(name)) continue;
    const by = value - (before[name as keyof Counted] as number);
    if (by !== 0) counted[name] = by;
  }
  return counted;
}

const SACK: ScriptSetup = { settings: { sack: true }, options: { mss: 1000, sackOk: true } };

const sacks = (script: Script, ack: number, ...edges: number[]): void =>
  script.sends({ seq: 1, ack, options: { sack: edges.map((edge) => script.iss + edge) } });

describe('ends of connections, counted as RFC 4022 has it', () => {
  it('before they were established are attempts that have failed', () => {
    const refused = synSent();
    expect(grown(refused, () => refused.sends({ seq: 0, ack: 1, flags: 'RA' }))).toEqual({
      attemptsFailed: 1,
      connectionsFailed: 1,
      resetsReceived: 1,
    });
    const reset = synReceived();
    expect(grown(reset, () => reset.sends({ seq: 1, flags: 'R' }))).toEqual({
      attemptsFailed: 1,
      resetsReceived: 1,
    });
    const silent = synSent({ settings: { synRetries: 2 } });
    expect(grown(silent, () => silent.advance(60_000))).toEqual({
      attemptsFailed: 1,
      connectionsFailed: 1,
      retransmissionTimeouts: 2,
      synRetransmissions: 2,
      userTimeouts: 1,
    });
    const forgotten = synReceived({ settings: { synAckRetries: 1 } });
    expect(grown(forgotten, () => forgotten.advance(60_000))).toEqual({
      attemptsFailed: 1,
      retransmissionTimeouts: 1,
      synRetransmissions: 1,
    });
  });

  it('in ESTABLISHED and CLOSE-WAIT are resets, later ones are not', () => {
    for (const begin of [established, closeWait]) {
      const script = begin();
      const seq = begin === closeWait ? 2 : 1;
      expect(grown(script, () => script.sends({ seq, flags: 'R' }))).toEqual({
        connectionsFailed: 1,
        establishedResets: 1,
        resetsReceived: 1,
      });
      const given = begin();
      expect(grown(given, () => given.abort())).toEqual({ establishedResets: 1, resetsSent: 1 });
    }
    const closing = finWait1();
    const counted = grown(closing, () => closing.sends({ seq: 1, flags: 'R' }));
    expect(counted.establishedResets).toBe(undefined);
    expect(grown(timeWait(), () => {})).toEqual({});
  });

  it('in order are none of these, and enter TIME-WAIT once', () => {
    const script = finWait2();
    const fin = () => script.sends({ seq: 1, ack: 2, flags: 'FA' });
    expect(grown(script, fin)).toEqual({ timeWaits: 1 });
    expect(grown(script, () => script.advance(60_000))).toEqual({});
  });

  it('leave the number of those that are established', () => {
    const script = listening({ backlog: 9 });
    const count = () => script.tcp.establishedCount;
    for (let from = 7000; from < 7003; from++) script.sends({ seq: 0, flags: 'S', from });
    expect([count(), script.tcp.connectionCount]).toEqual([0, 3]);
    script.sends({ seq: 1, ack: 1, from: 7000 }, { seq: 1, ack: 1, from: 7001 });
    expect(count()).toBe(2);
    script.sends({ seq: 1, ack: 1, flags: 'FA', from: 7001 });
    expect(count()).toBe(2);
    script.sends({ seq: 1, ack: 1, flags: 'R', from: 7000 });
    expect(count()).toBe(1);
  });
});

describe('a peer that is silent', () => {
  it('is given up by one timer', () => {
    const busy = established({ settings: { userTimeoutMs: 1000 } });
    busy.write('anybody?');
    expect(grown(busy, () => busy.advance(1000))).toMatchObject({
      userTimeouts: 1,
      connectionsFailed: 1,
      establishedResets: 1,
    });
    const idle = established({
      settings: {
        keepAlive: true,
        keepAliveIdleMs: 100,
        keepAliveIntervalMs: 100,
        keepAliveProbes: 2,
      },
    });
    expect(grown(idle, () => idle.advance(1000))).toEqual({
      keepAliveProbes: 2,
      keepAliveTimeouts: 1,
      connectionsFailed: 1,
      establishedResets: 1,
      resetsSent: 1,
    });
  });

  it('ends an orphan in FIN-WAIT-2, and one whose window stays shut', () => {
    const half = established();
    half.conn.close(half.now);
    half.turn();
    half.sends({ seq: 1, ack: 2 });
    expect(grown(half, () => half.advance(60_000))).toEqual({ orphanTimeouts: 1 });
    const shut = established({ wnd: 0, settings: { userTimeoutMs: 10_000 } });
    shut.write('hello');
    shut.conn.close(shut.now);
    const counted = grown(shut, () => {
      for (let i = 0; i < 12; i++) {
        shut.advance(1000);
        if (shut.conn.state !== 'CLOSED') shut.sends({ seq: 1, ack: 1, wnd: 0 });
      }
    });
    expect(counted).toMatchObject({ orphanTimeouts: 1, resetsSent: 1 });
    expect(counted.userTimeouts).toBe(undefined);
  });
});

describe('loss and what was taken for it', () => {
  it('is a fast recovery, with SACK or without', () => {
    const script = established(SACK);
    script.write(9000);
    expect(grown(script, () => sacks(script, 1, 1001, 5001))).toEqual({
      fastRetransmissions: 1,
      sackRecoveries: 1,
      retransmissions: 1,
    });
    const plain = established();
    plain.write(9000);
    const duplicates = () => {
      for (let i = 0; i < 3; i++) plain.sends({ seq: 1, ack: 1 });
    };
    expect(grown(plain, duplicates)).toEqual({ fastRetransmissions: 1, retransmissions: 1 });
  });

  it('found by time is one, too [RFC 8985 6.3]', () => {
    const script = synReceived(SACK);
    script.advance(100);
    script.sends({ seq: 1, ack: 1 });
    script.write(3000);
    script.advance(100);
    sacks(script, 1, 2001, 3001);
    expect(grown(script, () => script.advance(30))).toEqual({
      fastRetransmissions: 1,
      sackRecoveries: 1,
      retransmissions: 1,
    });
  });

  it('is counted with the report that shows it to be none [RFC 3708 2]', () => {
    const script = established(SACK);
    script.write(9000);
    sacks(script, 1, 1001, 5001);
    script.sends({ seq: 1, ack: 5001 });
    expect(grown(script, () => sacks(script, 9001, 1, 1001))).toEqual({
      dsacksReceived: 1,
      spuriousRecoveries: 1,
      undoneByDsack: 1,
    });
    // Reported once more, it is a report and nothing else.
    expect(grown(script, () => sacks(script, 9001, 1, 1001))).toEqual({ dsacksReceived: 1 });
  });

  it('is repaired by a tail loss probe [RFC 8985 7.4]', () => {
    const script = established(SACK);
    script.write(1000);
    script.advance(100);
    script.sends({ seq: 1, ack: 1001 });
    script.write(4000);
    expect(grown(script, () => script.advance(220))).toEqual({
      tailLossProbes: 1,
      retransmissions: 1,
    });
    script.write(1000);
    expect(grown(script, () => script.sends({ seq: 1, ack: 6001 }))).toEqual({
      tailLossProbeRepairs: 1,
    });
  });

  it('may be of what was reported as received [RFC 2018 8]', () => {
    const script = established(SACK);
    script.write(4000);
    sacks(script, 1, 1, 2001);
    const counted = grown(script, () => script.advance(1500));
    expect(counted).toMatchObject({ sackReneges: 1 });
    expect(script.take().some(({ because }) => because === Because.RENEGED)).toBe(true);
  });
});

describe('what arrives', () => {
  it('with an old timestamp is counted, in TIME-WAIT too [RFC 7323 5.3]', () => {
    const options = (tsval: number) => ({ options: { ts: [tsval, 0] as const } });
    const setup = { settings: { timestamps: true }, options: { mss: 1000, ts: [100, 0] as const } };
    const script = established(setup);
    expect(grown(script, () => script.sends({ seq: 1, ...options(99) }))).toEqual({
      oldTimestamps: 1,
    });
    script.end();
    script.sends({ seq: 1, ack: 2, flags: 'FA', ...options(101) });
    expect(script.conn.state).toBe('TIME-WAIT');
    expect(grown(script, () => script.sends({ seq: 2, ack: 2, ...options(99) }))).toEqual({
      oldTimestamps: 1,
    });
  });

  it('twice is reported once [RFC 2883 4]', () => {
    const script = established(SACK);
    script.sends({ seq: 1, data: 'abc' });
    script.advance(40);
    const again = () => script.sends({ seq: 1, data: 'abc' });
    expect(grown(script, again)).toEqual({ dsacksSent: 1, duplicates: 1 });
    expect(grown(script, () => script.sends({ seq: 5, data: 'x' }))).toEqual({ outOfOrder: 1 });
  });

  it('is acknowledged by a timer if by nothing else [RFC 9293 MUST-59]', () => {
    const script = established();
    script.sends({ seq: 1, data: 'x' });
    expect(grown(script, () => script.advance(40))).toEqual({ delayedAcks: 1 });
    script.sends({ seq: 2, data: 'y' });
    expect(grown(script, () => script.write('answer'))).toEqual({});
    expect(grown(script, () => script.advance(40))).toEqual({});
  });
});

describe('memory pressure', () => {
  it('is counted when it begins', () => {
    const script = established({ tcp: { memoryLimit: 100_000 }, wnd: 0 });
    const write = () => script.write(60_000);
    expect(grown(script, write)).toMatchObject({ memoryPressures: 1 });
    expect(grown(script, write)).toEqual({});
    script.abort();
    expect(script.tcp.counters.memoryUsed).toBe(0);
    expect(script.tcp.counters.memoryPressures).toBe(1);
  });
});

describe('drops', () => {
  it('are one for a segment, whatever there is no room for', () => {
    const script = listening({ backlog: 1, halfOpenLimit: 2, tcp: { maxConnections: 4 } });
    const dropped = () => Object.values(script.tcp.counters.dropped).reduce((a, b) => a + b, 0);
    let seed = 1;
    const draw = (most: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % most;
    };
    for (let n = 0; n < 4000; n++) {
      const from = 7000 + draw(12);
      const flags = ['S', 'A', 'A', 'FA', 'R', 'SA'][draw(6)]!;
      const before = dropped();
      script.inject(script.encode({ seq: flags === 'S' ? 0 : draw(3), ack: draw(3), flags, from }));
      expect(dropped() - before, `${n}: ${flags}`).toBeLessThanOrEqual(1);
      if (draw(3) === 0) script.turn();
      if (draw(50) === 0) script.listener?.accept()?.abort(script.now);
      if (draw(20) === 0) script.advance(draw(4000));
    }
    const { dropped: reasons } = script.tcp.counters;
    expect(reasons['backlog-full']).toBeGreaterThan(100);
  });
});
