import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, type Script } from '../support/fake-peer.js';
import { inFlight, seqsOf } from '../support/flight.js';

/** Lets the retransmission timer expire once; the first segment was repeated. */
function timeOut(script: Script): void {
  script.take();
  while (script.tcp.counters.retransmissionTimeouts === 0) script.advance(10);
  expect(script.take().at(-1)).toMatchObject({ seq: 1, because: Because.RETRANSMISSION_TIMEOUT });
}

describe('F-RTO', () => {
  it('goes on with repetitions where the peer\u2019s window lets no new text go [RFC 5682 2.1]', () => {
    const script = established({ wnd: 5000 });
    script.write(10_000);
    timeOut(script);
    script.sends({ seq: 1, ack: 1001, wnd: 4000 });
    expect(seqsOf(script)).toEqual([1001, 2001]);
  });

  it('goes on with repetitions where Nagle\u2019s rule holds what is new [RFC 5682 2.1]', () => {
    const script = established({ settings: { noDelay: false } });
    script.write(3500);
    script.write(300);
    timeOut(script);
    script.sends({ seq: 1, ack: 1001 });
    expect(seqsOf(script)).toEqual([1001, 2001]);
  });

  it('goes on with repetitions where the application has corked what is new [RFC 5682 2.1]', () => {
    const script = established();
    script.write(3000);
    script.conn.cork();
    script.write(300);
    timeOut(script);
    script.sends({ seq: 1, ack: 1001 });
    expect(seqsOf(script)).toEqual([1001, 2001]);
  });

  it('sends new text and waits for its judgment where it can [RFC 5682 2.1]', () => {
    const script = established();
    script.write(20_000);
    timeOut(script);
    script.sends({ seq: 1, ack: 1001 });
    expect(seqsOf(script)).toEqual([10_001, 11_001]);
    // A duplicate: the loss was real, and the two that left since do not stand in the way of its repair.
    script.sends({ seq: 1, ack: 1001 });
    expect(seqsOf(script)).toEqual([1001]);
    script.sends({ seq: 1, ack: 2001 });
    expect(seqsOf(script)).toEqual([2001]);
    expect(script.tcp.counters.spuriousRecoveries).toBe(0);
  });

  it('is not disturbed by text of the peer that was on its way [RFC 5682 2.1]', () => {
    const script = established();
    script.write(20_000);
    timeOut(script);
    script.sends({ seq: 1, ack: 1, data: 'was on its way' });
    script.sends({ seq: 15, ack: 1001 });
    script.sends({ seq: 15, ack: 1001, data: 'this too' });
    script.sends({ seq: 23, ack: 2001 });
    expect(script.tcp.counters.spuriousRecoveries).toBe(1);
    expect(script.conn.snd.phase).toBe('open');
  });

  it('is judged by blocks that come with text of the peer [RFC 5682 3.1]', () => {
    const script = established({ settings: { sack: true }, options: { mss: 1000, sackOk: true } });
    script.write(20_000);
    timeOut(script);
    script.sends({ seq: 1, ack: 1001 });
    expect(seqsOf(script)).toEqual([11_001, 12_001]);
    // The new text has arrived and the old has not: it was lost.
    const sack = [script.iss + 11_001, script.iss + 12_001];
    script.sends({ seq: 1, ack: 1001, data: 'text', options: { sack } });
    expect(seqsOf(script)[0]).toBe(1001);
    expect(script.tcp.counters.spuriousRecoveries).toBe(0);
  });

  it('does not begin anew with the second time-out of one flight [RFC 5682 2.1]', () => {
    const script = established();
    script.write(20_000);
    timeOut(script);
    script.advance(1000);
    expect(script.conn.snd.recovery.frto).toBe(0);
    script.take();
    script.sends({ seq: 1, ack: 1001 });
    expect(seqsOf(script)).toEqual([1001, 2001]);
  });

  it('finds nothing needless in an ACK of what the time-out repeated [RFC 5682 3.1]', () => {
    const script = inFlight(20);
    timeOut(script);
    // A peer that acknowledges half of it, and then the rest, has got nothing else.
    script.sends({ seq: 1, ack: 501 });
    script.sends({ seq: 1, ack: 1001 });
    expect(script.tcp.counters.spuriousRecoveries).toBe(0);
    expect(script.conn.snd.phase).toBe('timeout');
    expect(script.conn.snd.recovery.frto).toBe(0);
  });
});
