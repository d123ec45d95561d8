/** Keep-alive (RFC 9293, 3.8.4). Times are of the probes, in ms since the script began. */

import { Because, defaultTcpSettings, type TcpSettings } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  closeWait,
  established,
  finWait2,
  type Script,
  synReceived,
  synSent,
  timeWait,
} from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const QUICK: Partial<TcpSettings> = {
  keepAlive: true,
  keepAliveIdleMs: 10_000,
  keepAliveIntervalMs: 1000,
  keepAliveProbes: 3,
};

const probeTimes = (script: Script): number[] =>
  script
    .take()
    .filter((segment) => segment.because === Because.KEEP_ALIVE)
    .map((segment) => segment.at);

/** Lets the peer answer whatever it is asked, for so long. */
function answering(script: Script, ms: number): number[] {
  const times: number[] = [];
  for (let passed = 0; passed < ms; passed += 100) {
    script.advance(100);
    const probes = probeTimes(script);
    if (probes.length > 0) script.sends({ seq: 1, ack: 1 });
    times.push(...probes);
  }
  return times;
}

describe('keep-alive', () => {
  it('is off unless it is asked for [RFC 9293 MUST-25]', () => {
    expect(defaultTcpSettings.keepAlive).toBe(false);
    const script = established();
    script.advance(1_000_000_000);
    script.expectsNothing();
  });

  it('asks after two hours, every 75 s, nine times [RFC 9293 MAY-5, MUST-28]', () => {
    const script = established({ settings: { keepAlive: true } });
    script.advance(7_199_999);
    script.expectsNothing();
    script.advance(2_000_000);
    const times = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => 7_200_000 + n * 75_000);
    expect(probeTimes(script)).toEqual(times);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('is set for a stack, a listener, a connection [RFC 9293 MUST-24, MUST-27]', () => {
    const script = established({ settings: QUICK });
    script.advance(11_000);
    expect(probeTimes(script)).toEqual([10_000, 11_000]);
    for (const [name, value] of [
      ['keepAliveIdleMs', 0],
      ['keepAliveIntervalMs', -1],
      ['keepAliveProbes', 0],
    ]) {
      const settings = { [name as string]: value };
      expect(() =>
        script.tcp.listen({ port: 1, settings }, { handleAcceptable: () => {} }),
      ).toThrow(name as string);
    }
  });

  it('is turned on and off on a live connection [RFC 9293 MUST-24]', () => {
    const script = established({ settings: { ...QUICK, keepAlive: false } });
    script.advance(3000);
    script.conn.change({ keepAlive: true, keepAliveIdleMs: 5000 }, script.now);
    script.advance(2500);
    expect(probeTimes(script)).toEqual([5000]);
    script.sends({ seq: 1, ack: 1 });
    script.conn.change({ keepAlive: false }, script.now);
    script.advance(1_000_500);
    expect(probeTimes(script)).toEqual([]);
    // It has been quiet for longer than that already; the time is the one that was set last.
    script.conn.change({ keepAlive: true }, script.now);
    script.advance(0);
    expect(probeTimes(script)).toEqual([1_006_000]);
    script.sends({ seq: 1, ack: 1 });
    script.advance(5000);
    expect(probeTimes(script)).toEqual([1_011_000]);
  });

  it('probes without text, in front of the window [RFC 9293 SHLD-12]', () => {
    const script = established({ settings: QUICK });
    script.conn.write(pattern(5));
    script.turn();
    script.sends({ seq: 1, ack: 6, data: 'abc' });
    script.advance(40);
    script.take();
    script.advance(10_000);
    script.expects([{ seq: 5, ack: 4, len: 0, flags: 'A', because: Because.KEEP_ALIVE }]);
    expect(script.tcp.counters.keepAliveProbes).toBe(1);
  });

  it('may carry one octet [RFC 9293 MAY-6]', () => {
    const script = established({ settings: { ...QUICK, keepAliveOctet: true } });
    script.advance(10_000);
    script.expects([{ seq: 0, ack: 1, len: 1, data: '\0', flags: 'A' }]);
    script.write('abc');
    script.expects([{ seq: 1, data: 'abc' }]);
  });

  it('starts anew with everything that comes from the peer [RFC 9293 MUST-26]', () => {
    const script = established({ settings: QUICK });
    script.advance(9000);
    script.sends({ seq: 1, ack: 1, data: 'abc' });
    script.advance(9000);
    script.sends({ seq: 4, ack: 1 });
    script.advance(9000);
    // The peer asks for us.
    script.sends({ seq: 3, ack: 1 });
    script.advance(9000);
    script.sends({ seq: 3, ack: 1, data: 'x' });
    script.advance(9999);
    expect(probeTimes(script)).toEqual([]);
    script.advance(1);
    expect(probeTimes(script)).toEqual([46_000]);
  });

  it('is not kept quiet by segments that are refused [RFC 5961 5.2]', () => {
    const script = established({ settings: QUICK });
    for (let i = 0; i < 10; i++) {
      script.advance(1000);
      script.sends({ seq: 1, ack: 100_000 }, { seq: 50_000, ack: 1 }, { seq: -500, ack: 1 });
    }
    expect(probeTimes(script)).toEqual([10_000]);
  });

  it('is silent while something is in flight or cannot be sent [RFC 9293 MUST-26]', () => {
    const script = established({ settings: { ...QUICK, userTimeoutMs: 500_000 } });
    script.write('abc');
    script.advance(100_000);
    expect(probeTimes(script)).toEqual([]);
    script.sends({ seq: 1, ack: 4, wnd: 0 });
    script.write('def');
    for (let i = 0; i < 10; i++) {
      script.advance(20_000);
      script.sends({ seq: 1, ack: 4, wnd: 0 });
    }
    expect(probeTimes(script)).toEqual([]);
    script.sends({ seq: 1, ack: 4, wnd: 100 });
    script.sends({ seq: 1, ack: 7, wnd: 100 });
    const last = script.now - script.start;
    script.advance(10_000);
    expect(probeTimes(script)).toEqual([last + 10_000]);
  });

  it('goes on for as long as the peer answers', () => {
    const script = established({ settings: QUICK });
    const times = answering(script, 100_000);
    expect(times).toHaveLength(10);
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('asks again after the idle time when it is answered, after the interval when not', () => {
    const script = established({ settings: { ...QUICK, keepAliveIntervalMs: 25_000 } });
    expect(answering(script, 60_000)).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    script.advance(64_999);
    expect(probeTimes(script)).toEqual([70_000, 95_000, 120_000]);
    script.advance(20_000);
    expect(script.events).toEqual([]);
    script.advance(1);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('takes no lost answer for the end [RFC 9293 MUST-29]', () => {
    const script = established({ settings: QUICK });
    for (let round = 0; round < 5; round++) {
      script.advance(12_500);
      script.sends({ seq: 1, ack: 1 });
    }
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('gives the peer up when no probe is answered, with a reset', () => {
    const script = established({ settings: QUICK });
    script.advance(12_999);
    expect(probeTimes(script)).toEqual([10_000, 11_000, 12_000]);
    expect(script.events).toEqual([]);
    script.advance(1);
    script.expects([{ seq: 1, ack: 1, flags: 'RA' }]);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
    expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('says what ICMP has said of the silence [RFC 9293 MUST-56]', () => {
    const script = established({ settings: QUICK });
    script.write('abc');
    script.icmp({ kind: 'host-unreachable' }, 1);
    // Known to be reachable again, and then not.
    script.sends({ seq: 1, ack: 4 });
    script.advance(20_000);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('finds a peer that has forgotten the connection [RFC 9293 3.5.1]', () => {
    const script = established({ settings: QUICK });
    script.advance(10_000);
    script.sends({ seq: 1, flags: 'R' });
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('needs no probe where data asks the peer', () => {
    const script = established({ settings: QUICK });
    script.advance(9999);
    script.conn.write(pattern(1));
    script.advance(1);
    expect(script.take().map((s) => s.because)).toEqual([Because.NEW_DATA]);
  });

  it('sends an ACK that is owed where the peer takes it: in the window', () => {
    const settings = { ...QUICK, keepAliveIdleMs: 40, delayedAckMs: 40 };
    const script = established({ settings });
    script.sends({ seq: 1, ack: 1, data: 'abc' });
    script.advance(40);
    script.expects([{ seq: 1, ack: 4, because: Because.DELAYED_ACK_TIMER }]);
  });

  it('works in CLOSE-WAIT and FIN-WAIT-2, and nowhere after', () => {
    const waiting = closeWait({ settings: QUICK });
    waiting.advance(10_000);
    waiting.expects([{ seq: 0, ack: 2, because: Because.KEEP_ALIVE }]);
    const half = finWait2({ settings: QUICK });
    half.advance(10_000);
    half.expects([{ seq: 1, ack: 1, because: Because.KEEP_ALIVE }]);
    half.advance(10_000);
    expect(half.events).toEqual(['close:ETIMEDOUT']);
    const over = timeWait({ settings: QUICK });
    over.conn.change({ keepAlive: true, keepAliveIdleMs: 1000 }, over.now);
    over.advance(50_000);
    over.expectsNothing();
  });

  it('counts from the SYN-ACK where we have opened', () => {
    const script = synSent({ settings: QUICK });
    script.advance(3000);
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    script.advance(10_000);
    expect(probeTimes(script)).toEqual([13_000]);
  });

  it('does not disturb a handshake', () => {
    const script = synReceived({ settings: { ...QUICK, keepAliveIdleMs: 100 } });
    script.advance(500);
    expect(probeTimes(script)).toEqual([]);
    script.sends({ seq: 1, ack: 1 });
    script.advance(99);
    expect(probeTimes(script)).toEqual([]);
    script.advance(1);
    expect(probeTimes(script)).toEqual([600]);
  });
});

describe('keep-alive with a user time-out', () => {
  it('counts time instead of probes, after the second [RFC 9293 MUST-29]', () => {
    const patient = established({ settings: { ...QUICK, userTimeoutMs: 30_000 } });
    patient.advance(29_999);
    expect(probeTimes(patient)).toHaveLength(20);
    patient.advance(1);
    expect(patient.events).toEqual(['close:ETIMEDOUT']);
    const hasty = established({ settings: { ...QUICK, userTimeoutMs: 5000 } });
    hasty.advance(11_999);
    expect(probeTimes(hasty)).toEqual([10_000, 11_000]);
    expect(hasty.events).toEqual([]);
    hasty.advance(1);
    expect(hasty.events).toEqual(['close:ETIMEDOUT']);
  });
});
