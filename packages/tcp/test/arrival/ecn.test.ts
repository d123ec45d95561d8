import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, listening, type Script, synReceived, synSent } from '../support/fake-peer.js';

const ECT_0 = 2;
const CE = 3;

/** A passive open by a peer that asks for ECN. */
function agreed(): Script {
  const script = listening();
  script.sends({ seq: 0, flags: 'SEC', options: { mss: 1000 } });
  script.sends({ seq: 1, ack: 1 });
  return script.clear();
}

describe('ECN in the handshake', () => {
  it('is agreed to when the peer asks with both bits [RFC 3168 6.1.1] [RFC 9293 SHLD-8]', () => {
    const script = listening();
    script.sends({ seq: 0, flags: 'SEC', options: { mss: 1000 } });
    script.expects([{ flags: 'SEA', tos: 0 }]);
  });

  it.each(['S', 'SE', 'SC'])('is not agreed to for %s [RFC 3168 6.1.1]', (flags) => {
    const script = listening();
    script.sends({ seq: 0, flags, options: { mss: 1000 } });
    script.expects([{ flags: 'SA', tos: 0 }]);
  });

  it('is never agreed to when it is switched off', () => {
    const script = listening({ settings: { ecn: 'never' } });
    script.sends({ seq: 0, flags: 'SEC', options: { mss: 1000 } });
    script.expects([{ flags: 'SA' }]);
  });

  it('is asked for on request, and a repeated SYN does without [RFC 3168 6.1.1.1]', () => {
    const script = synSent({ settings: { ecn: 'request' } });
    script.advance(1000);
    script.expects([{ flags: 'S' }]);
    const fresh = established({ active: true, settings: { ecn: 'request' } });
    expect(fresh.conn.ecn.isEnabled).toBe(false);
    const asked = synSent({ settings: { ecn: 'request' } });
    asked.sends({ seq: 0, ack: 1, flags: 'SEA', options: { mss: 1000 } });
    expect(asked.conn.ecn.isEnabled).toBe(true);
  });

  it('does not take both bits in an answer for an agreement [RFC 3168 6.1.1]', () => {
    const script = synSent({ settings: { ecn: 'request' } });
    script.sends({ seq: 0, ack: 1, flags: 'SECA', options: { mss: 1000 } });
    expect(script.conn.ecn.isEnabled).toBe(false);
  });
});

describe('ECN marks', () => {
  it('are allowed on new text only, not on bare ACKs, repetitions and probes [RFC 3168 6.1.4, 6.1.5, 6.1.6]', () => {
    const script = agreed();
    script.write(1000);
    script.expects([{ len: 1000, tos: ECT_0 }]);
    script.advance(200);
    script.expects([{ seq: 1, len: 1000, tos: 0 }]);
    script.sends({ seq: 1, ack: 1001, data: 2000 });
    script.expects([{ len: 0, tos: 0 }]);
    const shut = agreed();
    shut.sends({ seq: 1, ack: 1, wnd: 0 });
    shut.write(10);
    shut.advance(200);
    shut.expects([{ len: 1, tos: 0, because: Because.WINDOW_PROBE }]);
  });

  it('are echoed in every ACK until the peer has reacted [RFC 3168 6.1.3]', () => {
    const script = agreed();
    script.sends(
      { seq: 1, ack: 1, data: 1000, tos: CE },
      { seq: 1001, ack: 1, data: 1000, tos: ECT_0 },
    );
    script.expects([{ flags: 'EA', ack: 2001 }]);
    script.sends({ seq: 2001, ack: 1, data: 2000, tos: ECT_0 });
    script.expects([{ flags: 'EA', ack: 4001 }]);
    script.sends({ seq: 4001, ack: 1, flags: 'CA', data: 2000, tos: ECT_0 });
    script.expects([{ flags: 'A', ack: 6001 }]);
    expect(script.tcp.counters.ecnMarks).toBe(1);
  });

  it('of our text reduce the window once a round trip, and CWR says so [RFC 3168 6.1.2]', () => {
    const script = agreed();
    script.write(20_000);
    script.clear();
    const { congestion } = script.conn.snd;
    expect(congestion.cwnd).toBe(10_000);
    script.sends({ seq: 1, ack: 1001, flags: 'EA' });
    expect(congestion.cwnd).toBeLessThan(6000);
    const { cwnd } = congestion;
    script.sends({ seq: 1, ack: 3001, flags: 'EA' });
    expect(congestion.cwnd).toBeGreaterThanOrEqual(cwnd);
    expect(script.tcp.counters.ecnReductions).toBe(1);
    script.sends({ seq: 1, ack: 8001 });
    const sent = script.take();
    expect(sent.map(({ flags }) => flags.includes('C'))).toEqual([
      true,
      ...sent.slice(1).map(() => false),
    ]);
    // Everything of the first window is acknowledged: the next echo counts.
    script.sends({ seq: 1, ack: 11_001, flags: 'EA' });
    expect(script.tcp.counters.ecnReductions).toBe(2);
  });

  it('and loss of one window of data reduce once, those of the next again [RFC 3168 6.1.2]', () => {
    const script = agreed();
    script.write(40_000);
    script.clear();
    const { snd } = script.conn;
    script.sends({ seq: 1, ack: 1001, flags: 'EA' });
    const { ssthresh } = snd.congestion;
    for (let i = 0; i < 3; i++) script.sends({ seq: 1, ack: 1001, flags: 'EA' });
    expect(snd.phase).toBe('fast');
    expect(snd.congestion.ssthresh).toBe(ssthresh);
    script.sends({ seq: 1, ack: (snd.nxt - script.iss) | 0 });
    expect(snd.phase).toBe('open');
    const una = ((snd.una - script.iss) | 0) + 1000;
    for (let i = 0; i < 4; i++) script.sends({ seq: 1, ack: una });
    expect(snd.phase).toBe('fast');
    expect(snd.congestion.ssthresh).toBeLessThan(ssthresh);
  });

  it('are no mistake that a report of duplicates could take back [RFC 3168 6.1.2]', () => {
    const script = listening({ settings: { sack: true } });
    script.sends({ seq: 0, flags: 'SEC', options: { mss: 1000, sackOk: true } });
    script.sends({ seq: 1, ack: 1 });
    script.write(20_000);
    script.advance(100);
    const blocks = (...edges: number[]) => ({ sack: edges.map((edge) => script.iss + edge) });
    const { snd } = script.conn;
    script.sends({ seq: 1, ack: 1, options: blocks(1001, 5001) });
    script.sends({ seq: 1, ack: (snd.nxt - script.iss) | 0 });
    expect(snd.phase).toBe('open');
    const una = (snd.una - script.iss) | 0;
    script.sends({ seq: 1, ack: una + 1000, flags: 'EA' });
    const { cwnd } = snd.congestion;
    script.sends({ seq: 1, ack: una + 1000, options: blocks(1, 1001) });
    expect(snd.congestion.cwnd).toBe(cwnd);
  });

  it('mean nothing on a connection that did not agree', () => {
    const script = synReceived();
    script.sends({ seq: 1, ack: 1 });
    script.clear();
    script.sends({ seq: 1, ack: 1, data: 2000, tos: CE });
    script.expects([{ flags: 'A' }]);
    script.write(1000);
    script.expects([{ len: 1000, tos: 0 }]);
  });
});
