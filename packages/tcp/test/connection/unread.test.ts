/** Text that waits for the application when its connection fails is delivered first. */

import { describe, expect, it } from 'vitest';
import { established, type Script } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

/** Paused, with three bytes waiting, and then reset. */
function reset(build: (script: Script) => void = () => {}): Script {
  const script = established({ settings: { sendBuffer: 1000 } });
  script.conn.pause();
  build(script);
  script.sends({ seq: 1, data: 'abc' });
  script.sends({ seq: 4, flags: 'R' });
  return script;
}

const resume = (script: Script): void => {
  script.conn.resume();
  script.turn();
};

describe('a reset behind text that waits [RFC 9293 MUST-12]', () => {
  it('is told after the text, once the application goes on', () => {
    const script = reset();
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.events).toEqual([]);
    resume(script);
    expect(script.events).toEqual(['data:3', 'close:ECONNRESET']);
    expect(String.fromCharCode(...script.received)).toBe('abc');
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('is told after the text to a handler that is set later', () => {
    const script = established({ noHandler: true });
    script.sends({ seq: 1, data: 'abc' });
    script.sends({ seq: 4, flags: 'R' });
    script.conn.setHandler(script.handler());
    script.turn();
    expect(script.events).toEqual(['data:3', 'close:ECONNRESET']);
  });

  it('is told after the text and the end in front of it', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc', flags: 'FA' });
    script.sends({ seq: 5, flags: 'R' });
    resume(script);
    expect(script.events).toEqual(['data:3', 'end', 'close:ECONNRESET']);
  });

  it('waits as often as the application pauses', () => {
    const script = reset();
    script.inside.data = () => script.conn.pause();
    resume(script);
    expect(script.events).toEqual(['data:3', 'close:ECONNRESET']);
  });

  it('takes what lies beyond a gap with it', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' }, { seq: 10, data: 'xyz' });
    script.sends({ seq: 4, flags: 'R' });
    expect(script.conn.rcv.queue.span).toBe(3);
    resume(script);
    expect(script.events).toEqual(['data:3', 'close:ECONNRESET']);
  });

  it('is told at once when no text waits, paused or not', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, flags: 'R' });
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('is told at once to an application that waits for room to write: there will be none', () => {
    const before = reset((script) => script.write(2000));
    expect(before.events).toEqual(['close:ECONNRESET']);
    expect(before.conn.rcv.queue.capacity).toBe(0);
    const after = reset();
    expect(after.conn.write(pattern(5))).toBe(false);
    after.turn();
    expect(after.events).toEqual(['close:ECONNRESET']);
  });

  it('is told to an echo that pauses while its answer is not taken', () => {
    const script = reset();
    script.inside.data = () => {
      if (!script.conn.write(pattern(3))) script.conn.pause();
    };
    resume(script);
    expect(script.events).toEqual(['data:3', 'close:ECONNRESET']);
  });

  it('and then abort() drops the text, and is no error any more', () => {
    const script = reset();
    script.take();
    script.abort();
    script.expectsNothing();
    expect(script.events).toEqual(['close']);
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('and then close() drops the text, and tells the error', () => {
    const script = reset();
    script.conn.close(script.now);
    script.turn();
    expect(script.events).toEqual(['close:ECONNRESET']);
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });
});

describe('an abort of our own', () => {
  it('drops the text', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.abort();
    resume(script);
    expect(script.events).toEqual(['close']);
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });
});

describe('a peer that is given up', () => {
  it('has its text delivered all the same', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.write('x');
    script.advance(200_000);
    expect(script.events).toEqual([]);
    resume(script);
    expect(script.events).toEqual(['data:3', 'close:ETIMEDOUT']);
  });
});
