/**
 * CLOSED and LISTEN against every kind of segment (RFC 9293, 3.10.7.1 and 3.10.7.2) and the calls of
 * the user. A cell says what is sent and what comes of it; `=` is "silent, and no connection".
 */

import { describe, expect, it } from 'vitest';
import { listening, type PeerSegment, Script } from '../support/fake-peer.js';

const SEGMENTS: Record<string, PeerSegment> = {
  RST: { seq: 5, flags: 'R' },
  'RST-ACK': { seq: 5, ack: 9, flags: 'RA' },
  'RST with SYN': { seq: 5, flags: 'SR' },
  ACK: { seq: 5, ack: 9 },
  'ACK with text': { seq: 5, ack: 9, data: 'abc' },
  'SYN-ACK': { seq: 5, ack: 9, flags: 'SA' },
  'FIN with ACK': { seq: 5, ack: 9, flags: 'FA' },
  SYN: { seq: 5, flags: 'S' },
  'SYN with text': { seq: 5, flags: 'S', data: 'abc' },
  'SYN with FIN': { seq: 5, flags: 'SF' },
  'text without ACK bit': { seq: 5, flags: '', data: 'abc' },
  FIN: { seq: 5, flags: 'F' },
  'no bits at all': { seq: 5, flags: '' },
  'every bit but RST and ACK': { seq: 5, flags: 'SFPU', data: 'abc' },
};

const GRID: Record<string, Record<string, string>> = {
  // 3.10.7.1: everything but a reset is answered by one that the sender has to believe.
  CLOSED: {
    RST: '=',
    'RST-ACK': '=',
    'RST with SYN': '=',
    ACK: 'R 9:0',
    'ACK with text': 'R 9:0',
    'SYN-ACK': 'R 9:0',
    'FIN with ACK': 'R 9:0',
    SYN: 'RA 0:6',
    'SYN with text': 'RA 0:9',
    'SYN with FIN': 'RA 0:7',
    'text without ACK bit': 'RA 0:8',
    FIN: 'RA 0:6',
    'no bits at all': 'RA 0:5',
    'every bit but RST and ACK': 'RA 0:10',
  },
  // 3.10.7.2: first RST, second ACK, third SYN, fourth everything else.
  LISTEN: {
    RST: '=',
    'RST-ACK': '=',
    'RST with SYN': '=',
    ACK: 'R 9:0',
    'ACK with text': 'R 9:0',
    'SYN-ACK': 'R 9:0',
    'FIN with ACK': 'R 9:0',
    SYN: 'SYN-RECEIVED, SA 0:6',
    'SYN with text': 'SYN-RECEIVED, SA 0:6',
    'SYN with FIN': 'SYN-RECEIVED, SA 0:6',
    'text without ACK bit': '=',
    FIN: '=',
    'no bits at all': '=',
    'every bit but RST and ACK': 'SYN-RECEIVED, SA 0:6',
  },
};

function outcome(script: Script, state: string): string {
  const states = [...script.tcp.connections()].map((connection) => connection.state);
  // A reset of CLOSED has SEQ = 0, not ISS.
  const sent = script.take().map((s) => {
    const isBare = s.flags === 'RA' && state !== 'SYN-RECEIVED';
    return `${s.flags} ${isBare ? s.seq + script.iss : s.seq}:${s.ack}`;
  });
  return [...states, ...sent].join(', ') || '=';
}

for (const [state, cells] of Object.entries(GRID)) {
  const clause = state === 'CLOSED' ? '3.10.7.1' : '3.10.7.2';
  describe(state, () => {
    for (const [name, peerSegment] of Object.entries(SEGMENTS)) {
      it(`${name}: ${cells[name]} [RFC 9293 ${clause}]`, () => {
        const script = state === 'CLOSED' ? new Script({}) : listening();
        script.sends(peerSegment);
        expect(outcome(script, state)).toBe(cells[name]);
        expect(script.tcp.connectionCount).toBe(cells[name]?.includes('SYN') ? 1 : 0);
      });
    }
  });
}

describe('the calls of the user', () => {
  const open =
    (script: Script): (() => unknown) =>
    () =>
      script.tcp.listen({ port: 80 }, { handleAcceptable: () => {} });

  it('OPEN, passive, twice is an error [RFC 9293 3.10.1]', () => {
    expect(open(listening())).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  });

  it('CLOSE in LISTEN leaves CLOSED behind [RFC 9293 3.10.4]', () => {
    const script = listening();
    script.listener?.close(script.now);
    script.sends({ seq: 5, flags: 'S' });
    expect(outcome(script, 'CLOSED')).toBe('RA 0:6');
    expect(open(script)).not.toThrow();
  });

  it('SEND, CLOSE and ABORT in CLOSED do nothing [RFC 9293 3.10.2, 3.10.4, 3.10.5]', () => {
    const script = new Script({});
    const connection = script.connect();
    script.turn();
    script.abort();
    script.clear();
    expect(connection.state).toBe('CLOSED');
    expect(connection.write(new Uint8Array(3))).toBe(false);
    connection.end();
    connection.close(script.now);
    connection.abort(script.now);
    script.turn();
    script.expectsNothing();
    expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
