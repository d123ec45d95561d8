import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { type PeerSegment, type Script, synSent } from '../support/fake-peer.js';

const SYN: PeerSegment = { seq: 0, flags: 'S', options: { mss: 1000 } };

/** In SYN-RECEIVED after an active open, with a SYN that carries more than itself. */
function crossed(more: PeerSegment, setup = {}): Script {
  const script = synSent(setup);
  script.sends({ ...SYN, ...more });
  return script;
}

describe('what a crossed SYN carries', () => {
  it('waits for ESTABLISHED and is acknowledged only then [RFC 9293 3.10.7.3 text]', () => {
    const script = crossed({ data: 'early' });
    script.expects([{ seq: 0, ack: 1, flags: 'SA', len: 0 }]);
    expect([script.conn.state, script.events]).toEqual(['SYN-RECEIVED', []]);
    script.advance(100);
    expect([script.conn.rcv.undelivered, script.events]).toEqual([0, []]);
    script.sends({ seq: 6, ack: 1, flags: 'A' });
    expect(script.events).toEqual(['open', 'data:5']);
    expect(String.fromCharCode(...script.received)).toBe('early');
    script.expects([{ seq: 1, ack: 6, flags: 'A', because: Because.ACK_DUE }]);
    expect(script.tcp.counters.bytesReceived).toBe(5);
  });

  it('is delivered once, whatever of it the SYN-ACK repeats [RFC 9293 MUST-10]', () => {
    const completions: PeerSegment[] = [
      { seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } },
      { seq: 0, ack: 1, flags: 'SA', data: 'ear', options: { mss: 1000 } },
      { seq: 0, ack: 1, flags: 'SA', data: 'early', options: { mss: 1000 } },
      { seq: 1, ack: 1, flags: 'A', data: 'early' },
      { seq: 1, ack: 1, flags: 'A', data: 'early bird' },
      { seq: 6, ack: 1, flags: 'A', data: ' bird' },
    ];
    for (const completion of completions) {
      const script = crossed({ data: 'early' });
      script.take();
      script.sends(completion);
      const text = String.fromCharCode(...script.received);
      expect(text).toBe(`${completion.data}`.endsWith('bird') ? 'early bird' : 'early');
      expect(script.take().at(-1)?.ack).toBe(1 + text.length);
      expect(script.conn.rcv.queue.held).toBe(0);
    }
  });

  it('ends with its FIN, behind the text [RFC 9293 3.10.7.4 eighth]', () => {
    const script = crossed({ data: 'all', flags: 'SF' });
    expect(script.conn.state).toBe('SYN-RECEIVED');
    script.take();
    script.sends({ seq: 5, ack: 1, flags: 'A' });
    expect(script.events).toEqual(['open', 'data:3', 'end']);
    expect(script.conn.state).toBe('CLOSE-WAIT');
    script.expects([{ ack: 5, flags: 'A' }]);
    const bare = crossed({ flags: 'SF' });
    bare.take();
    bare.sends({ seq: 2, ack: 1, flags: 'A' });
    expect([bare.events, bare.conn.state]).toEqual([['open', 'end'], 'CLOSE-WAIT']);
  });

  it('is kept as far as the window that our SYN has offered [RFC 9293 3.10.7.4 seventh]', () => {
    const script = crossed({ data: 400, flags: 'SF' }, { settings: { receiveBuffer: 256 } });
    script.take();
    script.sends({ seq: 1, ack: 1, flags: 'A' });
    expect(script.events).toEqual(['open', 'data:256']);
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('is no gap that a SACK block reports [RFC 2018 3]', () => {
    const options = { mss: 1000, sackOk: true };
    const script = crossed({ data: 'early', options }, { settings: { sack: true } });
    script.take();
    // An old duplicate, which is answered.
    script.sends({ seq: -9, ack: 1, flags: 'A', data: 'old' });
    script.expects([{ ack: 1, flags: 'A', sack: [] }]);
  });

  it('is reset when the application has closed both directions meanwhile [RFC 9293 SHLD-3]', () => {
    const script = crossed({ data: 'early' });
    script.conn.close(script.now);
    script.turn();
    script.take();
    script.sends({ seq: 6, ack: 1, flags: 'A' });
    script.expects([{ flags: 'RA', because: Because.ABORT }]);
    expect(script.conn.state).toBe('CLOSED');
    expect(script.tcp.counters.resetsForUnreadText).toBe(1);
    expect(script.tcp.connectionCount).toBe(0);
  });

  it('goes when the handshake fails, and leaves no memory behind', () => {
    const script = crossed({ data: 900 });
    script.sends({ seq: 1, flags: 'R' });
    expect(script.events).toEqual(['open:ECONNREFUSED']);
    expect(script.tcp.counters.memoryUsed).toBe(0);
  });
});
