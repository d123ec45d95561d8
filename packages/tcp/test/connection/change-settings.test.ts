/** What may be changed on a connection that lives, and what it does at once. */

import {
  Because,
  bbr,
  type CongestionControlFactory,
  cubic,
  newReno,
  type TcpSettings,
  tcpInfo,
} from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, type Script, type ScriptSetup, synSent } from '../support/fake-peer.js';

const change = (script: Script, given: Partial<TcpSettings>): void => {
  script.conn.change(given, script.now);
  script.turn();
};

describe('changing a setting', () => {
  it('concerns one connection, which shared its settings until then', () => {
    const script = established();
    const shared = script.conn.settings;
    expect(shared).toBe(script.listener?.settings);
    change(script, { delayedAckMs: 7 });
    expect([shared.delayedAckMs, script.conn.settings.delayedAckMs]).toEqual([40, 7]);
    expect(script.conn.snd.settings).toBe(script.conn.settings);
  });

  it('is refused in one line where the handshake has settled it', () => {
    for (const given of [
      { ecn: 'request' },
      { mss: 500 },
      { timestamps: false },
      { sack: true },
      { windowScaling: false },
      { initialRtoMs: 10 },
      { noDelay: false, synCookies: 'never' },
    ] as Partial<TcpSettings>[]) {
      for (const script of [synSent(), established()]) {
        const { settings } = script.conn;
        expect(() => change(script, given)).toThrow(TypeError);
        expect(() => change(script, given)).toThrow(/^\w+ cannot change any more: give it to/);
        expect(script.conn.settings).toBe(settings);
      }
    }
  });

  it.each([
    [{ userTimeoutMs: -1 }, RangeError, 'userTimeoutMs has to be not negative'],
    [{ delayedAckMs: 500 }, RangeError, 'delayedAckMs has to be 0 to 499'],
    [{ keepAliveIntervalMs: 0 }, RangeError, 'keepAliveIntervalMs has to be positive'],
    [{ keepAliveProbes: Number.NaN }, RangeError, 'keepAliveProbes has to be at least 1'],
    [{ receiveBuffer: 10 }, RangeError, 'receiveBuffer has to be at least 256 bytes'],
    [{ sendBuffer: 0 }, RangeError, 'sendBuffer has to be at least 1 byte'],
    [{ notSentLowWater: 0 }, RangeError, 'notSentLowWater has to be at least 1 byte'],
    [{ maxPacingRate: 0 }, RangeError, 'maxPacingRate has to be positive, in bytes a second'],
    [{ noDelay: 'yes' }, TypeError, 'noDelay has to be a boolean'],
    [{ sendBuffer: '64k' }, TypeError, 'sendBuffer has to be a number'],
    [{ congestionControl: 'cubic' }, TypeError, 'congestionControl has to be a function'],
    [{ userTimeout: 5 }, TypeError, 'userTimeout is no setting of TCP'],
    [{ toString: 5 }, TypeError, 'toString is no setting of TCP'],
  ])('to %j is a mistake, and changes nothing', (given, kind, message) => {
    const script = established();
    const { settings } = script.conn;
    const attempt = () => change(script, given as Partial<TcpSettings>);
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(message);
    expect(script.conn.settings).toBe(settings);
  });

  it('lets what Nagle holds back go at once [RFC 9293 MUST-17]', () => {
    const script = established({ settings: { noDelay: false } });
    script.write('a');
    script.write('b');
    script.expects([{ data: 'a' }]);
    change(script, { noDelay: true });
    script.expects([{ data: 'b' }]);
  });

  it('lets a delayed ACK go at once, and none wait any more [RFC 9293 MUST-59]', () => {
    const script = established();
    script.sends({ seq: 1, data: 'x' });
    script.expectsNothing();
    change(script, { delayedAckMs: 0 });
    script.turn();
    script.expects([{ ack: 2, flags: 'A' }]);
    script.sends({ seq: 2, data: 'y' });
    script.expects([{ ack: 3, because: Because.ACK_DUE }]);
    change(script, { delayedAckMs: 100 });
    script.sends({ seq: 3, data: 'z' });
    script.advance(99);
    script.expectsNothing();
    script.advance(1);
    script.expects([{ ack: 4, because: Because.DELAYED_ACK_TIMER }]);
  });

  it('gives keep-alive its times [RFC 9293 MUST-24, MUST-27]', () => {
    const script = established();
    change(script, {
      keepAlive: true,
      keepAliveIdleMs: 1000,
      keepAliveIntervalMs: 300,
      keepAliveProbes: 2,
    });
    script.advance(10_000);
    expect(script.take().map(({ at, flags }) => [at, flags])).toEqual([
      [1000, 'A'],
      [1300, 'A'],
      [1600, 'RA'],
    ]);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });
});

describe('the receive buffer', () => {
  const scaled = (more: Partial<TcpSettings> = {}): Script =>
    established({
      settings: { windowScaling: true, receiveBuffer: 100_000, autotune: false, ...more },
      options: { mss: 1000, ws: 0 },
    });

  it('that grows is offered as far as the shift of our SYN goes [RFC 7323 2.2]', () => {
    const script = scaled();
    expect(tcpInfo(script.conn, script.now).receiveWindowShift).toBe(1);
    change(script, { receiveBuffer: 1_000_000 });
    for (let n = 0; n < 3; n++) script.sends({ seq: 1 + n, data: 'x' });
    script.advance(40);
    expect(script.take().at(-1)?.wnd).toBe(65_535);
    expect(tcpInfo(script.conn, script.now).receiveBufferCapacity).toBe(1_000_000);
  });

  it('that shrinks takes back nothing of what was offered [RFC 9293 SHLD-14]', () => {
    const script = scaled();
    script.advance(40);
    script.sends({ seq: 1, data: 'x' });
    script.advance(40);
    script.take();
    const { edge } = script.conn.rcv;
    script.conn.change({ receiveBuffer: 1000 }, script.now);
    expect(script.conn.rcv.edge).toBe(edge);
    expect(script.conn.rcv.isAcceptable((edge - 1) as typeof edge, 1)).toBe(true);
  });

  it('is a bound where it follows the path, and less where it is larger already', () => {
    const script = scaled({ autotune: true, receiveBuffer: 16 * 1024 * 1024 });
    expect(script.conn.rcv.capacity).toBe(128 * 1024);
    change(script, { receiveBuffer: 1_000_000 });
    expect([script.conn.rcv.capacity, script.conn.rcv.maxCapacity]).toEqual([131_072, 1_000_000]);
    script.conn.change({ receiveBuffer: 60_000 }, script.now);
    expect([script.conn.rcv.capacity, script.conn.rcv.maxCapacity]).toEqual([60_000, 60_000]);
  });
});

describe('what may be written', () => {
  it('is as much as the send buffer says now', () => {
    const script = established({ settings: { autotune: false, sendBuffer: 1000 }, wnd: 0 });
    expect(script.write(1500)).toBe(false);
    expect(script.takeEvents()).toEqual([]);
    change(script, { sendBuffer: 4000 });
    expect(script.takeEvents()).toEqual(['drain']);
    expect(script.write(1000)).toBe(true);
    change(script, { sendBuffer: 100 });
    expect(script.write(1)).toBe(false);
  });

  it('is as much as has not left, below the low-water mark', () => {
    const script = established({ settings: { notSentLowWater: 3000 } });
    // Ten segments leave at once, so nothing is unsent after a turn.
    expect(script.conn.write(new Uint8Array(10_000))).toBe(false);
    script.turn();
    expect(script.takeEvents()).toEqual(['drain']);
    expect(script.write(2999)).toBe(true);
    expect(script.write(1)).toBe(false);
    script.sends({ seq: 1, ack: 1001 });
    // A window of eleven: two segments more have left, which is more than half.
    expect(tcpInfo(script.conn, script.now).unsentBytes).toBeLessThanOrEqual(1500);
    expect(script.takeEvents()).toEqual(['drain']);
    change(script, { notSentLowWater: Number.POSITIVE_INFINITY });
    expect(script.write(100_000)).toBe(true);
  });
});

describe('the pacing rate', () => {
  /** When text left, and how much of it. */
  const sentIn = (script: Script, ms: number): number => {
    script.advance(ms);
    return script.take().reduce((sum, { len }) => sum + len, 0);
  };

  it('has a bound, whatever the congestion control says', () => {
    for (const [setup, pacing] of [
      [{ congestionControl: newReno }, true],
      [{ congestionControl: newReno }, false],
      [{ congestionControl: cubic }, true],
      [{ congestionControl: bbr }, true],
    ] as [Partial<TcpSettings>, boolean][]) {
      const script = established({ settings: { ...setup, pacing } });
      change(script, { maxPacingRate: 100_000 });
      expect(tcpInfo(script.conn, script.now).pacingRate).toBe(100_000);
      script.write(10_000);
      // Two segments at once, then 100 octets a millisecond.
      const sent = script.take().length * 1000 + sentIn(script, 50);
      expect(sent).toBeGreaterThanOrEqual(5000);
      expect(sent).toBeLessThanOrEqual(7000);
      change(script, { maxPacingRate: Number.POSITIVE_INFINITY, pacing: false });
      expect(sentIn(script, 0)).toBe(10_000 - sent);
    }
  });
});

describe('another congestion control', () => {
  const grown = (congestionControl: CongestionControlFactory, setup: ScriptSetup = {}): Script => {
    const script = established({ ...setup, settings: { congestionControl, ...setup.settings } });
    script.write(30_000);
    for (let acked = 1001; acked <= 8001; acked += 1000) {
      script.advance(10);
      script.sends({ seq: 1, ack: acked });
    }
    return script.clear();
  };

  it.each([
    ['newreno', cubic, newReno],
    ['cubic', newReno, cubic],
    ['bbr', cubic, bbr],
    ['cubic', bbr, cubic],
  ])('%s takes over with window and threshold [RFC 5681 3.1]', (name, from, to) => {
    const script = grown(from);
    const { cwnd, ssthresh } = script.conn.snd.congestion;
    expect(cwnd).toBeGreaterThan(10_000);
    change(script, { congestionControl: to });
    const { congestion } = script.conn.snd;
    expect([congestion.name, congestion.cwnd, congestion.ssthresh]).toEqual([name, cwnd, ssthresh]);
    script.write(50_000);
    script.advance(10);
    const { bytesSent } = tcpInfo(script.conn, script.now);
    script.sends({ seq: 1, ack: 1 + bytesSent });
    expect(congestion.cwnd).toBeGreaterThan(cwnd);
  });

  it('that cannot take over begins with the initial window [RFC 6928 2]', () => {
    const script = grown(cubic);
    const plain: CongestionControlFactory = (mss) =>
      Object.defineProperty(newReno(mss), 'adopt', { value: undefined });
    change(script, { congestionControl: plain });
    expect(script.conn.snd.congestion.cwnd).toBe(10_000);
  });

  it('keeps the threshold of a loss that is being repaired [RFC 9937 6]', () => {
    for (const to of [cubic, newReno, bbr]) {
      const script = grown(newReno, {
        settings: { sack: true },
        options: { mss: 1000, sackOk: true },
      });
      const sack = [9001, 14_001].map((edge) => script.iss + edge);
      script.sends({ seq: 1, ack: 8001, options: { sack } });
      expect(script.conn.snd.phase).toBe('fast');
      const { cwnd } = script.conn.snd.congestion;
      change(script, { congestionControl: to });
      expect(script.conn.snd.congestion.cwnd).toBe(cwnd);
      // Who sets its window during recovery, too, is not held by PRR.
      expect(script.conn.snd.recovery.prrWindow < 0).toBe(to === bbr);
      script.advance(10);
      script.sends({ seq: 1, ack: 1 + tcpInfo(script.conn, script.now).bytesSent });
      expect(script.conn.snd.phase).toBe('open');
      script.advance(1000);
      expect(tcpInfo(script.conn, script.now).bytesSent).toBe(30_000);
    }
  });

  it('goes on with the slow start that repairs after a time-out [RFC 5681 3.1]', () => {
    for (const to of [cubic, newReno]) {
      const script = grown(newReno);
      script.advance(400);
      expect(script.conn.snd.phase).toBe('timeout');
      change(script, { congestionControl: to });
      const { congestion } = script.conn.snd;
      expect(congestion.cwnd).toBe(1000);
      script.sends({ seq: 1, ack: 9001 });
      script.sends({ seq: 1, ack: 10_001 });
      expect(congestion.cwnd).toBeGreaterThanOrEqual(2000);
    }
  });
});
