/** The contract with the application: what it is told, in which order, how often. */

import { describe, expect, it } from 'vitest';
import {
  closeWait,
  established,
  finWait2,
  lastAck,
  type Script,
  synReceived,
  synSent,
} from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

describe('before setHandler', () => {
  it('nothing is told, and nothing is lost', () => {
    const script = established({ noHandler: true });
    script.sends({ seq: 1, data: 'early' });
    script.sends({ seq: 6, data: ' bird', flags: 'FA' });
    expect(script.events).toEqual([]);
    script.conn.setHandler(script.handler());
    expect(script.events).toEqual([]);
    script.turn();
    expect(script.events).toEqual(['data:10', 'end']);
  });

  it('a reset waits for the handler too', () => {
    const script = established({ noHandler: true });
    script.sends({ seq: 1, flags: 'R' });
    script.conn.setHandler(script.handler());
    script.turn();
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('the window closes by what waits', () => {
    const script = established({ noHandler: true, settings: { receiveBuffer: 2000 } });
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.expects([{ ack: 2001, wnd: 0 }]);
  });
});

describe('pause and resume', () => {
  it('keep data, end and close in order', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.sends({ seq: 4, data: 'def', flags: 'FA' });
    script.end();
    script.sends({ seq: 8, ack: 2 });
    expect(script.events).toEqual([]);
    script.conn.resume();
    expect(script.events).toEqual([]);
    script.turn();
    expect(script.events).toEqual(['data:6', 'end', 'close']);
  });

  it('text that arrives before the round of events does not overtake what waits', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.conn.resume();
    script.sends({ seq: 4, data: 'def' });
    expect(String.fromCharCode(...script.received)).toBe('abcdef');
  });

  it('pause between two runs of the ring holds the second', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.inside.data = () => script.conn.pause();
    script.conn.resume();
    script.turn();
    script.sends({ seq: 4, data: 'def' });
    expect(script.events).toEqual(['data:3']);
    script.conn.resume();
    script.turn();
    expect(script.events).toEqual(['data:3', 'data:3']);
  });
});

describe('drain', () => {
  it('comes once, when half of the buffer is free after write returned false', () => {
    const script = established({ settings: { sendBuffer: 4000 } });
    expect(script.write(3999)).toBe(true);
    expect(script.write(1)).toBe(false);
    script.sends({ seq: 1, ack: 1001 });
    expect(script.events).toEqual([]);
    script.sends({ seq: 1, ack: 2001 });
    expect(script.events).toEqual(['drain']);
    script.sends({ seq: 1, ack: 4001 });
    expect(script.events).toEqual(['drain']);
  });

  it('comes before long from a large buffer, whatever its size', () => {
    const script = established({
      settings: { sendBuffer: 1_000_000, autotune: false },
      wnd: 65_535,
    });
    expect(script.write(1_000_000)).toBe(false);
    for (let ack = 5001; ack <= 65_001; ack += 5000) script.sends({ seq: 1, ack });
    expect(script.events).toEqual([]);
    script.sends({ seq: 1, ack: 1 + 65_536 });
    expect(script.events).toEqual(['drain']);
  });

  it('does not come without need, nor after the close', () => {
    const script = established({ settings: { sendBuffer: 1000 } });
    script.write(900);
    script.sends({ seq: 1, ack: 901 });
    expect(script.events).toEqual([]);
    script.write(2000);
    script.sends({ seq: 1, flags: 'R' });
    expect(script.events).toEqual(['close:ECONNRESET']);
    expect(script.conn.write(pattern(5))).toBe(false);
  });
});

describe('handleClose', () => {
  const ways: Record<string, (script: Script) => void> = {
    'orderly from here': (s) => {
      s.end();
      s.sends({ seq: 1, ack: 2, flags: 'FA' });
    },
    'orderly from there': (s) => {
      s.sends({ seq: 1, flags: 'FA' });
      s.end();
      s.sends({ seq: 2, ack: 2 });
    },
    'both at once': (s) => {
      s.end();
      s.sends({ seq: 1, ack: 1, flags: 'FA' });
      s.sends({ seq: 2, ack: 2 });
    },
    'abort here': (s) => s.abort(),
    'abort after the peer\u2019s end': (s) => {
      s.sends({ seq: 1, flags: 'FA' });
      s.abort();
    },
    'reset there': (s) => s.sends({ seq: 1, flags: 'R' }),
    'silence of the peer': (s) => {
      s.write('x');
      s.advance(300_000);
    },
    'end, then silence': (s) => {
      s.end();
      s.advance(300_000);
    },
    'reset in TIME-WAIT': (s) => {
      s.end();
      s.sends({ seq: 1, ack: 2, flags: 'FA' });
      s.sends({ seq: 2, flags: 'R' });
    },
  };

  for (const [name, act] of Object.entries(ways)) {
    it(`comes exactly once and last: ${name}`, () => {
      const script = established();
      act(script);
      script.conn.end();
      script.conn.abort(script.now);
      script.conn.resume();
      script.turn();
      script.advance(300_000);
      expect(script.events.filter((e) => e.startsWith('close'))).toHaveLength(1);
      expect(script.events.at(-1)).toMatch(/^close/);
      expect(script.tcp.connectionCount).toBe(0);
      expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    });
  }

  it('waits for the handler\u2019s end when the connection has closed first', () => {
    const script = lastAck();
    script.conn.pause();
    script.sends({ seq: 2, ack: 2 });
    expect(script.events).toEqual(['close']);
  });
});

describe('commands from inside of a callback', () => {
  const states: Record<string, () => Script> = {
    data: established,
    end: established,
    drain: () => established({ settings: { sendBuffer: 100 } }),
    close: established,
  };
  const provoke = (script: Script, callback: string): void => {
    if (callback === 'data') script.sends({ seq: 1, data: 'abc', flags: 'FA' });
    else if (callback === 'end') script.sends({ seq: 1, flags: 'FA' });
    else if (callback === 'drain') {
      script.write(200);
      script.sends({ seq: 1, ack: 201 });
    } else script.sends({ seq: 1, flags: 'R' });
  };
  const commands: Record<string, (script: Script) => void> = {
    abort: (s) => s.conn.abort(s.now),
    end: (s) => s.conn.end(),
    write: (s) => void s.conn.write(pattern(50)),
    'write and end': (s) => {
      s.conn.write(pattern(50));
      s.conn.end();
    },
    'pause and resume': (s) => {
      s.conn.pause();
      s.conn.resume();
    },
    setHandler: (s) => s.conn.setHandler(s.handler()),
    'connect elsewhere': (s) => {
      s.tcp.connect({ remoteAddress: 1, remotePort: 1 }, () => {}, s.now);
    },
  };
  for (const callback of Object.keys(states)) {
    for (const [command, act] of Object.entries(commands)) {
      it(`${command} in ${callback}`, () => {
        const script = states[callback]!();
        let times = 0;
        script.inside[callback as 'data'] = () => {
          if (times++ === 0) act(script);
        };
        provoke(script, callback);
        expect(times).toBeGreaterThan(0);
        script.advance(1_000_000);
        script.conn.abort(script.now);
        script.turn();
        const closes = script.events.filter((e) => e.startsWith('close')).length;
        expect(closes).toBe(1);
        expect(script.events.at(-1)).toMatch(/^close/);
        if (command === 'abort') {
          expect(script.events.at(-1)).toMatch(callback === 'close' ? /close:/ : /^close$/);
        }
        expect(script.conn.rcv.queue.capacity).toBe(0);
      });
    }
  }

  it('an abort in the text in front of a FIN lets neither the end nor the FIN happen', () => {
    const script = established();
    script.inside.data = () => script.conn.abort(script.now);
    script.sends({ seq: 1, data: 'abc', flags: 'FA' });
    expect(script.events).toEqual(['data:3', 'close']);
    script.expects([{ flags: 'RA' }]);
  });

  it('an abort while waiting text is handed out keeps the buffer until the callback returns', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    const to = { remoteAddress: 1, remotePort: 1 };
    const other = script.tcp.connect(to, () => {}, script.now);
    let seen = '';
    script.conn.setHandler({
      handleData: (buf, start, end) => {
        script.conn.abort(script.now);
        // Takes a buffer from the pool, which must not be the one that is being read.
        other.write(pattern(1000));
        seen = String.fromCharCode(...buf.subarray(start, end));
      },
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: () => {},
    });
    script.conn.resume();
    script.turn();
    expect(seen).toBe('abc');
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('end() in the accept callback closes after the handshake', () => {
    const script = synReceived();
    script.inside.accept = () => script.conn.end();
    script.sends({ seq: 1, ack: 1 });
    script.expects([{ seq: 1, flags: 'FA' }]);
    expect(script.conn.state).toBe('FIN-WAIT-1');
  });
});

describe('one bad handler', () => {
  it('does not silence the others', () => {
    const script = established();
    const bad = script.conn;
    script.sends({ seq: 0, flags: 'S', from: 4001, options: { mss: 1000 } });
    script.sends({ seq: 1, ack: 1, from: 4001 });
    const good = script.conn;
    script.clear();
    bad.setHandler({
      handleData: () => {},
      handleEnd: () => {
        throw new Error('mine');
      },
      handleDrain: () => {},
      handleClose: () => {},
    });
    script.turn();
    script.inject(script.encode({ seq: 1, flags: 'FA' }));
    script.inject(script.encode({ seq: 1, flags: 'FA', from: 4001 }));
    expect(() => script.tcp.deliverEvents()).toThrow('mine');
    script.turn();
    expect(good.state).toBe('CLOSE-WAIT');
    expect(script.events).toEqual(['end']);
  });
});

describe('the connection', () => {
  it('closes twice, ends twice, resumes and uncorks for nothing without harm', () => {
    const script = finWait2();
    script.conn.end();
    script.conn.resume();
    script.conn.uncork();
    script.turn();
    script.expectsNothing();
    const other = closeWait();
    other.end();
    other.end();
    other.expects([{ flags: 'FA' }]);
  });

  it('gives all memory back when idle', () => {
    const script = established();
    script.write(5000);
    script.sends({ seq: 1, ack: 5001, data: 500 });
    script.sends({ seq: 700, ack: 5001, data: 100 });
    script.sends({ seq: 501, ack: 5001, data: 300 });
    expect(script.conn.snd.queue.capacity + script.conn.rcv.queue.capacity).toBe(0);
  });

  it('tells the open callback only, once, when it cannot be opened', () => {
    const script = synSent();
    script.abort();
    expect(script.events).toEqual(['open:ECONNABORTED']);
    script.conn.abort(script.now);
    script.turn();
    expect(script.events).toHaveLength(1);
  });
});
