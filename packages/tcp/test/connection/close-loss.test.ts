/** FINs that get lost, cross each other or ride in recovery (RFC 9293, 3.6 and 3.10.7.4). */

import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { closing, established, finWait1, lastAck, synReceived } from '../support/fake-peer.js';
import { inFlight, RTT, sacks } from '../support/flight.js';

const FAR = 400;

describe('a lost FIN', () => {
  it.each([
    { name: 'FIN-WAIT-1', build: finWait1, ack: 1 },
    { name: 'CLOSING', build: closing, ack: 2 },
    { name: 'LAST-ACK', build: lastAck, ack: 2 },
  ])('is repeated in $name [RFC 9293 3.8.1]', ({ build, ack }) => {
    const script = build();
    script.advance(FAR);
    const [first] = script.take();
    expect(first).toMatchObject({ flags: 'FA', seq: 1, ack, len: 0 });
    expect(first?.because).toBe(Because.RETRANSMISSION_TIMEOUT);
  });

  it('is found in recovery, on the last segment of text [RFC 8985 6.2]', () => {
    const script = inFlight(3);
    script.end();
    expect(script.take()).toMatchObject([{ flags: 'FA', seq: 3001 }]);
    script.advance(RTT);
    sacks(script, 1, 1001, 3001);
    script.advance(2 * RTT);
    const again = script.take();
    expect(again[0]).toMatchObject({ seq: 1, len: 1000 });
    script.sends({ seq: 1, ack: 3001 });
    script.advance(1000);
    expect(script.take()[0]).toMatchObject({ flags: 'FA', seq: 3001 });
    script.sends({ seq: 1, ack: 3002 });
    expect(script.conn.state).toBe('FIN-WAIT-2');
  });

  it('that was SACKed is acknowledged with the text before it [RFC 9293 3.10.7.4]', () => {
    const script = inFlight(3);
    script.end();
    script.advance(RTT);
    sacks(script, 1, 1001, 3002);
    expect(script.conn.state).toBe('FIN-WAIT-1');
    script.sends({ seq: 1, ack: 3002 });
    expect(script.conn.state).toBe('FIN-WAIT-2');
    expect(script.conn.snd.map.size).toBe(0);
  });

  it('joins the text that is repeated, once it is queued behind it [RFC 9293 3.8.1]', () => {
    const script = established();
    script.write(500);
    script.clear();
    script.ip.room = 0;
    script.end();
    script.ip.room = Number.POSITIVE_INFINITY;
    script.advance(FAR);
    const all = script.take();
    expect(all.some(({ flags }) => flags.includes('F'))).toBe(true);
    script.sends({ seq: 1, ack: 502 });
    expect(script.conn.state).toBe('FIN-WAIT-2');
  });
});

describe('a simultaneous close', () => {
  it('ends although both FINs were lost once [RFC 9293 3.6]', () => {
    const script = finWait1();
    script.advance(250);
    script.take();
    // The peer has not seen ours, and repeats its own.
    script.sends({ seq: 1, ack: 1, flags: 'FA' });
    script.expects([{ flags: 'A', seq: 2, ack: 2 }]);
    expect(script.conn.state).toBe('CLOSING');
    script.sends({ seq: 1, ack: 1, flags: 'FA' });
    script.expects([{ flags: 'A', seq: 2, ack: 2 }]);
    script.advance(500);
    expect(script.take()[0]).toMatchObject({ flags: 'FA', seq: 1, ack: 2 });
    script.sends({ seq: 2, ack: 2 });
    expect(script.conn.state).toBe('TIME-WAIT');
  });

  it('repeats text and FIN that were both lost, and takes the peer\u2019s FIN meanwhile [RFC 9293 3.6]', () => {
    const script = established();
    script.write(1500);
    script.end();
    script.clear();
    script.sends({ seq: 1, ack: 1, data: 'bye', flags: 'FA' });
    expect(script.conn.state).toBe('CLOSING');
    script.advance(FAR);
    expect(script.take().at(-1)).toMatchObject({ seq: 1, len: 1000, ack: 5 });
    script.sends({ seq: 5, ack: 1001 });
    script.advance(FAR);
    expect(script.take().at(-1)).toMatchObject({ flags: 'FPA', seq: 1001, len: 500 });
    script.sends({ seq: 5, ack: 1502 });
    expect(script.conn.state).toBe('TIME-WAIT');
    expect(script.events).toEqual(['data:3', 'end', 'close']);
  });
});

describe('a handshake that loses segments', () => {
  it('takes the text that comes in place of its last ACK [RFC 9293 3.10.7.4]', () => {
    const script = synReceived();
    script.sends({ seq: 1, ack: 1, data: 'hello' });
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.events).toEqual(['accept', 'data:5']);
  });

  it('keeps text that overtakes the last ACK for its repetition [RFC 9293 3.10.7.4]', () => {
    const script = synReceived();
    script.sends({ seq: 6, ack: 1, data: 'later' });
    expect(script.conn.state).toBe('ESTABLISHED');
    script.sends({ seq: 1, ack: 1, data: 'first' });
    expect(String.fromCharCode(...script.received)).toBe('firstlater');
  });
});
