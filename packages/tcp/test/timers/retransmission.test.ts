/** The retransmission time-out over time (RFC 6298, 5): after a lost SYN, and after an outage. */

import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, type Script, synReceived, synSent } from '../support/fake-peer.js';

const RTT = 50;
/** RFC 6298, (2.2), with the lower bound of 200 ms. */
const FIRST_RTO = RTT + 200;

/** Established after a SYN or SYN-ACK that had to be sent twice. */
function afterLostSyn(isActive: boolean, withTimestamps: boolean): Script {
  const settings = { timestamps: withTimestamps };
  const ts = (echo: number) => (withTimestamps ? { ts: [7, echo] as const } : {});
  const options = (echo: number) => ({ mss: 1012, ...ts(echo) });
  const script = isActive
    ? synSent({ settings, mtu: 1052 })
    : synReceived({ settings, mtu: 1052, options: options(0) });
  script.advance(1000);
  const [again] = script.take();
  expect(again).toMatchObject({ because: Because.RETRANSMISSION_TIMEOUT });
  script.advance(RTT);
  const seg = isActive ? { seq: 0, flags: 'SA' } : { seq: 1, flags: 'A' };
  script.sends({ ...seg, ack: 1, options: options(again?.tsval ?? 0) });
  expect(script.conn.state).toBe('ESTABLISHED');
  return script.clear();
}

/** The peer acknowledges, a round trip later. */
function acknowledged(script: Script, ack: number): void {
  const { timestampsEnabled } = script.conn;
  const echo = script.conn.timestampAt(script.now);
  script.advance(RTT);
  script.sends({ seq: 1, ack, ...(timestampsEnabled && { options: { ts: [8, echo] } }) });
}

describe('after a lost SYN', () => {
  it.each([
    { isActive: true, ts: false },
    { isActive: true, ts: true },
    { isActive: false, ts: false },
    { isActive: false, ts: true },
  ])('3 s wait for the first data and no longer: $isActive, $ts [RFC 6298 5.7]', (way) => {
    const script = afterLostSyn(way.isActive, way.ts);
    const { snd } = script.conn;
    expect(snd.retransmitAt).toBe(Number.POSITIVE_INFINITY);
    script.write(500);
    expect(snd.retransmitAt).toBe(script.now + 3000);
    acknowledged(script, 501);
    expect(snd.rtt.rtoMs).toBe(FIRST_RTO);
    expect(snd.retransmitAt).toBe(Number.POSITIVE_INFINITY);
    script.write(500);
    expect(snd.retransmitAt).toBe(script.now + FIRST_RTO);
  });

  it('the timer of what is still in flight follows the first measurement [RFC 6298 5.3]', () => {
    const script = afterLostSyn(true, false);
    const { snd } = script.conn;
    script.write(500);
    script.advance(10);
    // A window of one segment of 1012: a second small one fits.
    script.write(500);
    expect(snd.flightSize).toBe(1000);
    script.advance(RTT - 10);
    script.sends({ seq: 1, ack: 501 });
    expect(snd.retransmitAt).toBe(script.now + FIRST_RTO);
  });

  it('3 s are backed off from where the data is lost, too [RFC 6298 5.5]', () => {
    const script = afterLostSyn(true, false);
    const start = script.now - script.start;
    script.write(500);
    script.take();
    script.advance(10_000);
    expect(script.take().map(({ at }) => at - start)).toEqual([3000, 9000]);
  });

  it('a longer RTO of the handshake is not what data starts with [RFC 6298 5.7]', () => {
    const script = synSent();
    script.advance(15_000);
    expect(script.conn.snd.rtt.rtoMs).toBe(16_000);
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    expect([script.conn.snd.rtt.rtoMs, script.conn.snd.rtt.backoffs]).toEqual([3000, 0]);
  });
});

describe('after an outage', () => {
  /** Ten segments in flight when the path goes dead for some minutes. */
  function dead(timestamps: boolean): Script {
    const options = { mss: 1012, ...(timestamps && { ts: [7, 0] as const }) };
    const settings = { timestamps, userTimeoutMs: 3_600_000 };
    const script = established({ settings, options, mtu: 1052 });
    script.write(500);
    acknowledged(script, 501);
    script.write(9000);
    script.advance(240_000);
    expect(script.conn.snd.rtt.rtoMs).toBe(60_000);
    return script.clear();
  }

  /** A peer that has what it has, and acknowledges each segment after a round trip. */
  function heal(script: Script, until: number): number {
    const before = script.now;
    let ack = 501;
    while (script.conn.snd.timeouts > 0 || script.conn.snd.rtt.backoffs > 0) {
      if (script.now - before > until) break;
      if (script.conn.snd.unsentBytes === 0 && script.conn.bufferedBytes === 0) script.write(1000);
      for (const { seq, len } of script.take()) if (seq === ack) ack += len;
      acknowledged(script, ack);
    }
    return script.now - before;
  }

  it('the time-out stays until something is measured, and no longer [RFC 6298 5.5, 5.7]', () => {
    const script = dead(false);
    // The next repetition arrives. It was sent more than once: Karn's rule lets nothing be measured.
    script.advance(60_000);
    const tookMs = heal(script, 60_000);
    expect(script.conn.snd.rtt.backoffs).toBe(0);
    expect(script.conn.snd.rtt.rtoMs).toBeLessThan(2 * FIRST_RTO);
    expect(tookMs).toBeLessThanOrEqual(8 * RTT);
  });

  it('the first acknowledgment ends it where timestamps tell the copies apart [RFC 7323 4.1]', () => {
    const script = dead(true);
    script.advance(60_000);
    script.take();
    acknowledged(script, 1501);
    expect(script.conn.snd.rtt.backoffs).toBe(0);
    expect(script.conn.snd.rtt.rtoMs).toBeLessThan(2 * FIRST_RTO);
  });
});
