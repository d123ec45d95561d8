import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established } from '../support/fake-peer.js';
import { watchSamples } from '../support/rtt-samples.js';

describe('a closed window', () => {
  it('is probed with one byte after one RTO, then ever more slowly [RFC 9293 MUST-36, SHLD-29, SHLD-30]', () => {
    const script = established({ wnd: 0 });
    script.write('hello');
    script.expectsNothing();
    for (let i = 0; i < 12; i++) {
      script.advance(30_000);
      script.sends({ seq: 1, ack: 1, wnd: 0 });
    }
    const sent = script.take();
    expect(sent.map((s) => [s.seq, s.data, s.because])).toEqual(
      sent.map(() => [1, 'h', Because.WINDOW_PROBE]),
    );
    const times = sent.map((s) => s.at);
    expect(times.slice(0, 5)).toEqual([200, 600, 1400, 3000, 6200]);
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBe(60_000);
    expect(script.tcp.counters.windowProbes).toBe(sent.length);
  });

  it('stays open for as long as the probes are answered [RFC 9293 MUST-37]', () => {
    const script = established({ wnd: 0 });
    script.write('hello');
    for (let i = 0; i < 500; i++) {
      script.advance(60_000);
      script.sends({ seq: 1, ack: 1, wnd: 0 });
    }
    expect(script.conn.state).toBe('ESTABLISHED');
    script.take();
    script.sends({ seq: 1, ack: 1, wnd: 5000 });
    // The probe's octet takes along what fits into its segment.
    script.expects([{ seq: 1, data: 'hello' }]);
    script.sends({ seq: 1, ack: 6, wnd: 5000 });
    script.advance(200_000);
    script.expectsNothing();
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('measures no round trip by what was probed with [RFC 6298 3]', () => {
    const script = established({ wnd: 0 });
    script.write('hello');
    const samples = watchSamples(script.conn);
    script.advance(40_000);
    script.sends({ seq: 1, ack: 2, wnd: 5000 });
    expect(samples).toEqual([]);
  });

  it('fails with ETIMEDOUT when the probes are not answered for the user timeout', () => {
    const script = established({ wnd: 0, settings: { userTimeoutMs: 10_000 } });
    script.write('hello');
    script.advance(9_000);
    expect(script.events).toEqual([]);
    script.advance(20_000);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('is probed also when the connection was idle for longer than the user timeout', () => {
    const script = established({ wnd: 0 });
    script.advance(1_000_000);
    script.write('hello');
    script.advance(300);
    script.expects([{ seq: 1, len: 1, because: Because.WINDOW_PROBE }]);
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('ends when the peer takes the byte of a probe', () => {
    const script = established({ wnd: 0 });
    script.write('hello');
    script.advance(200);
    script.take();
    script.sends({ seq: 1, ack: 2, wnd: 100 });
    script.expects([{ seq: 2, data: 'ello' }]);
  });

  it('is probed byte by byte when the peer takes one a time', () => {
    const script = established({ wnd: 0 });
    script.write('abc');
    for (let i = 0; i < 3; i++) {
      script.advance(60_000);
      expect(script.take().at(-1)).toMatchObject({ seq: 1 + i, data: 'abc'[i] });
      script.sends({ seq: 1, ack: 2 + i, wnd: 0 });
    }
    script.advance(200_000);
    script.expectsNothing();
  });

  it('does not take our ACKs out of the peer\u2019s window while a probe is out', () => {
    const script = established({ wnd: 0 });
    script.write('hello');
    script.advance(200);
    script.expects([{ seq: 1, data: 'h' }]);
    script.sends({ seq: 1, ack: 1, wnd: 0, data: 'abc' }, { seq: 4, ack: 1, wnd: 0, flags: 'FA' });
    script.expects([{ seq: 1, ack: 5, flags: 'A' }]);
    script.abort();
    script.expects([{ seq: 1, flags: 'RA' }]);
  });

  it('is probed with a FIN when that is all there is', () => {
    const script = established({ wnd: 0 });
    script.end();
    script.expectsNothing();
    script.advance(200);
    script.expects([{ seq: 1, flags: 'FA', len: 0, because: Because.WINDOW_PROBE }]);
    script.sends({ seq: 1, ack: 2, wnd: 0 });
    expect(script.conn.state).toBe('FIN-WAIT-2');
    script.advance(100_000);
    script.expectsNothing();
  });

  it('leaves room for SACK blocks where the window opens at the moment of the probe [RFC 9293 MUST-16]', () => {
    const script = established({
      wnd: 0,
      settings: { sack: true },
      options: { mss: 1000, sackOk: true },
    });
    script.write(3000);
    script.sends({ seq: 101, ack: 1, wnd: 0, data: 100 });
    script.take();
    script.now = script.conn.snd.persistAt;
    script.sends({ seq: 101, ack: 1, wnd: 60_000 });
    expect(script.take().find(({ seq, len }) => seq === 1 && len > 0)).toMatchObject({
      len: 988,
      sack: [101, 201],
    });
  });

  it('stops the probes when everything has been acknowledged after all', () => {
    const script = established({ wnd: 3 });
    script.write('abcdef');
    script.expects([{ seq: 1, data: 'abc' }]);
    script.sends({ seq: 1, ack: 4, wnd: 0 });
    script.advance(200);
    script.expects([{ seq: 4, data: 'd' }]);
    script.sends({ seq: 1, ack: 5, wnd: 10 });
    script.take();
    script.sends({ seq: 1, ack: 7, wnd: 10 });
    script.advance(100_000);
    script.expectsNothing();
  });
});

describe('a window that is too small', () => {
  it('is used after one RTO [RFC 9293 3.8.6.2.1 override, MUST-60]', () => {
    const script = established({ wnd: 5000 });
    script.write(5000);
    script.take();
    script.sends({ seq: 1, ack: 5001, wnd: 300 });
    script.write(5000);
    script.expectsNothing();
    script.advance(250);
    script.expects([{ seq: 5001, len: 300 }]);
    script.sends({ seq: 1, ack: 5301, wnd: 5000 });
    expect(script.take().map((s) => s.len)).toEqual([1000, 1000, 1000, 1000, 700]);
  });
});

describe('a window that the peer shrinks', () => {
  it('keeps new text back and repeats only what is inside [RFC 9293 MUST-34, SHLD-15, SHLD-16, MAY-7]', () => {
    const script = established({ wnd: 5000 });
    script.write(8000);
    expect(script.take()).toHaveLength(5);
    script.sends({ seq: 1, ack: 1001, wnd: 1500 });
    script.expectsNothing();
    script.advance(400);
    script.expects([{ seq: 1001, len: 1000, because: Because.RETRANSMISSION_TIMEOUT }]);
    script.sends({ seq: 1, ack: 5001, wnd: 5000 });
    expect(script.take().map((s) => s.seq)).toEqual([5001, 6001]);
  });

  it('to nothing is probed, and nobody is given up for it [RFC 9293 MUST-34, MUST-35, SHLD-17]', () => {
    const script = established({ wnd: 5000 });
    script.write(3000);
    script.take();
    script.sends({ seq: 1, ack: 1, wnd: 0 });
    for (let i = 0; i < 20; i++) {
      script.advance(60_000);
      script.sends({ seq: 1, ack: 1, wnd: 0 });
    }
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.take().every((s) => s.len === 1)).toBe(true);
    script.sends({ seq: 1, ack: 1, wnd: 5000 });
    // As after any time-out, the first segment first.
    expect(script.take().map((s) => s.seq)[0]).toBe(1);
    script.sends({ seq: 1, ack: 1001, wnd: 5000 });
    script.sends({ seq: 1, ack: 3001, wnd: 5000 });
    script.advance(100_000);
    expect(script.conn.bufferedBytes).toBe(0);
  });
});
