/** Loss while the peer takes its window back (RFC 9293, 3.8.6: SHLD-14 forbids it, MUST-34 bears it). */

import { describe, expect, it } from 'vitest';
import { inFlight, RTT, sacks, seqsOf } from '../support/flight.js';

describe('a window that is full of what the peer has dropped again', () => {
  it('is no closed one: the retransmission timer repeats it [RFC 2018 8]', () => {
    const script = inFlight(20, { wnd: 10_000 });
    script.advance(RTT);
    sacks(script, 1, 1001, 10_001);
    expect(seqsOf(script)).toEqual([1]);
    script.advance(RTT);
    // The hole is filled, and everything behind it is gone.
    script.peerWnd = 9000;
    script.sends({ seq: 1, ack: 1001 });
    expect(script.conn.snd.persistAt).toBe(Number.POSITIVE_INFINITY);
    script.advance(1000);
    expect(seqsOf(script)[0]).toBe(1001);
  });
});

describe('a window that closes over what is in flight', () => {
  it('leaves a timer to what a report of duplicates has put back into flight [RFC 6298 5.1]', () => {
    const script = inFlight(2);
    while (script.tcp.counters.retransmissionTimeouts === 0) script.advance(10);
    script.take();
    script.peerWnd = 0;
    script.sends({ seq: 1, ack: 1001 });
    expect(script.conn.snd.persistAt).toBeLessThan(Number.POSITIVE_INFINITY);
    sacks(script, 1001, 1, 1001);
    expect(script.tcp.counters.spuriousRecoveries).toBe(1);
    script.peerWnd = 10_000;
    script.advance(2000);
    expect(seqsOf(script)).toContain(1001);
  });

  it('leaves a timer where the time-out spares what was sent last [RFC 6298 5.1]', () => {
    const script = inFlight(2);
    script.advance(RTT);
    script.sends({ seq: 1, ack: 1001 });
    const { snd } = script.conn;
    script.advance(snd.retransmitAt - script.now - 40);
    script.write(1000);
    script.peerWnd = 0;
    script.sends({ seq: 1, ack: 1001 });
    script.clear();
    script.advance(41);
    expect(script.tcp.counters.retransmissionTimeouts).toBe(1);
    expect([snd.map.isLost(0), snd.pipe]).toEqual([true, 1000]);
    expect(snd.retransmitAt).toBeLessThan(Number.POSITIVE_INFINITY);
    // It is given up with the next one, and then the window is probed.
    script.advance(5000);
    expect(seqsOf(script)).toContain(1001);
  });

  it('in recovery is probed, and repaired once it opens [RFC 9293 MUST-34, MUST-36]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    script.peerWnd = 0;
    sacks(script, 1, 1001, 10_001);
    script.expectsNothing();
    script.advance(1000);
    const probes = script.take();
    expect(probes.length).toBeGreaterThan(0);
    for (const { seq, len } of probes) expect([seq, len]).toEqual([1, 1]);
    script.peerWnd = 20_000;
    sacks(script, 1, 1001, 10_001);
    expect(script.take()[0]).toMatchObject({ seq: 1, len: 1000 });
    script.sends({ seq: 1, ack: 10_001 });
    expect(script.conn.snd.phase).toBe('open');
    expect(script.conn.snd.pipe).toBe(0);
  });
});
