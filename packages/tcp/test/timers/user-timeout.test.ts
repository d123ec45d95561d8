/** The user time-out of one connection: R2 of RFC 9293, 3.8.3, set as RFC 5482 has it. */

import { describe, expect, it } from 'vitest';
import { established, finWait1, listening, type Script } from '../support/fake-peer.js';

const written = (script: Script, ms: number): Script => {
  script.conn.change({ userTimeoutMs: ms }, script.now);
  script.write('x');
  return script;
};

describe('a user time-out', () => {
  it('is 120 s for data unless one is set [RFC 9293 MUST-20, SHLD-11]', () => {
    const script = established();
    script.write('x');
    script.advance(119_999);
    expect(script.events).toEqual([]);
    script.advance(1);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('ends a connection to the millisecond, between two retransmissions [RFC 9293 MUST-21]', () => {
    for (const ms of [1000, 5000, 300_000]) {
      const script = written(established(), ms);
      script.advance(ms - 1);
      expect(script.events).toEqual([]);
      script.advance(1);
      expect(script.events).toEqual(['close:ETIMEDOUT']);
      expect(script.tcp.connectionCount).toBe(0);
    }
  });

  it('may be longer or shorter from one moment to the next', () => {
    const script = written(established(), 5000);
    script.advance(4000);
    script.conn.change({ userTimeoutMs: 20_000 }, script.now);
    script.advance(15_999);
    expect(script.events).toEqual([]);
    script.conn.change({ userTimeoutMs: 0 }, script.now);
    script.advance(50_000);
    expect(script.events).toEqual([]);
    script.conn.change({ userTimeoutMs: 1 }, script.now);
    script.advance(0);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('may be infinite: the user decides when it is over [RFC 9293 MUST-21]', () => {
    const script = written(established(), Number.POSITIVE_INFINITY);
    script.advance(100_000_000);
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.take().length).toBeGreaterThan(1000);
  });

  it('starts anew when something is acknowledged', () => {
    const script = written(established(), 5000);
    script.write('y');
    script.advance(4999);
    script.sends({ seq: 1, ack: 2 });
    script.advance(4999);
    expect(script.events).toEqual([]);
  });

  it('counts for a FIN too, and not for what is idle [RFC 9293 MUST-20, 3.6 case 2]', () => {
    const script = finWait1({ settings: { userTimeoutMs: 5000 } });
    script.advance(5000);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
    const idle = established({ settings: { userTimeoutMs: 5000 } });
    idle.advance(1_000_000);
    expect(idle.conn.state).toBe('ESTABLISHED');
  });

  it('does not end a connection whose peer answers with a shut window [RFC 9293 MUST-37]', () => {
    const script = written(established({ wnd: 0 }), 5000);
    for (let i = 0; i < 20; i++) {
      script.advance(1000);
      script.sends({ seq: 1, ack: 1, wnd: 0 });
    }
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('is not negative', () => {
    const script = established();
    expect(() => script.conn.change({ userTimeoutMs: -1 }, script.now)).toThrow(RangeError);
    const unknown = { userTimeoutMs: Number.NaN };
    expect(() => script.conn.change(unknown, script.now)).toThrow(RangeError);
  });
});

describe('the User Timeout Option of a peer', () => {
  it('is skipped: it changes nothing here [RFC 9293 MUST-6] [RFC 5482 3]', () => {
    const script = listening();
    // Kind 28, length 4, 3 seconds; then an MSS of 1000 (RFC 5482, 3).
    const options = { raw: [28, 4, 0, 3, 2, 4, 3, 232] };
    script.sends({ seq: 0, flags: 'S', options });
    script.sends({ seq: 1, ack: 1 });
    script.write('x'.repeat(2000));
    expect(script.take().map((s) => s.len)).toEqual([0, 1000, 1000]);
    script.advance(100_000);
    expect(script.conn.state).toBe('ESTABLISHED');
  });
});
