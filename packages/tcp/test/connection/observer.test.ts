import {
  Because,
  formatBecause,
  formatFlags,
  formatHeldBy,
  formatVerdict,
  HeldBy,
  TcpFlag,
  Verdict,
} from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  established,
  finWait2,
  listening,
  OUR_ADDRESS,
  PEER_ADDRESS,
  type Script,
  synReceived,
} from '../support/fake-peer.js';
import { inFlight, RTT, sacks } from '../support/flight.js';
import { quoteOf } from '../support/segments.js';

/** Records what the observer is told, as text. */
function watch(script: Script): string[] {
  const seen: string[] = [];
  script.tcp.observer = {
    segmentSent: (connection, header, _buf, because) =>
      seen.push(
        `sent ${connection?.state ?? '-'} ${formatFlags(header.flags)}: ${formatBecause(because)}`,
      ),
    segmentReceived: (connection, header, _buf, verdict) =>
      seen.push(
        `received ${connection?.state ?? '-'} ${formatFlags(header.flags)}: ${formatVerdict(verdict)}`,
      ),
    segmentDropped: (reason) => seen.push(`dropped ${reason}`),
    stateChanged: (_connection, from, to) => seen.push(`${from} > ${to}`),
    timerExpired: (_connection, timer) => seen.push(`timer ${timer}`),
    windowChanged: () => seen.push('window'),
  };
  return seen;
}

/** A turn without the bookkeeping of the script, whose own observer is gone. */
function turn(script: Script, afterMs = 0): void {
  script.now += afterMs;
  script.tcp.handleTimeout(script.now);
  script.tcp.deliverEvents();
  script.tcp.pollTransmit(script.now);
}

describe('the observer', () => {
  it('sees a handshake from both sides of the table', () => {
    const script = listening();
    const seen = watch(script);
    script.inject(script.encode({ seq: 0, flags: 'S', options: { mss: 1000 } }));
    turn(script);
    script.inject(script.encode({ seq: 1, ack: 1 }));
    expect(seen).toEqual([
      'CLOSED > SYN-RECEIVED',
      'received SYN-RECEIVED SYN: accepted',
      'sent SYN-RECEIVED SYN-ACK: accept',
      'SYN-RECEIVED > ESTABLISHED',
      'received ESTABLISHED ACK: accepted',
    ]);
  });

  it('sees every timer', () => {
    const timers = (script: Script, afterMs: number): string[] => {
      const seen = watch(script);
      turn(script, 0);
      turn(script, afterMs);
      return seen.filter((line) => line.startsWith('timer'));
    };
    const delayed = established();
    delayed.inject(delayed.encode({ seq: 1, data: 'x' }));
    expect(timers(delayed, 40)).toEqual(['timer delayed-ack']);
    const lost = established();
    lost.conn.write(new Uint8Array(5));
    expect(timers(lost, 200)).toEqual(['timer retransmission']);
    const shut = established({ wnd: 0 });
    shut.conn.write(new Uint8Array(5));
    expect(timers(shut, 200)).toEqual(['timer persist']);
  });

  it('hears of every time-out before a connection is given up [RFC 9293 SHLD-9, SHLD-10]', () => {
    const script = established();
    const seen = watch(script);
    script.conn.write(new Uint8Array(5));
    turn(script);
    for (let second = 0; second <= 120; second++) turn(script, 1000);
    const timers = seen.filter((line) => line.startsWith('timer'));
    expect(timers.indexOf('timer user-timeout')).toBe(timers.length - 1);
    expect(timers.slice(0, 3)).toEqual(new Array(3).fill('timer retransmission'));
  });

  it('sees the window change by a timer of reordering, by idleness and by a smaller path', () => {
    const late = inFlight(3);
    late.advance(RTT);
    sacks(late, 1, 2001, 3001);
    const seen = watch(late);
    turn(late, RTT);
    expect(seen.slice(0, 2)).toEqual(['timer reordering', 'window']);

    const idle = established();
    idle.write(50_000);
    for (let acked = 10_001; acked <= 50_001; acked += 10_000) idle.sends({ seq: 1, ack: acked });
    const seenIdle = watch(idle);
    idle.now += 10_000;
    idle.conn.write(new Uint8Array(100));
    turn(idle);
    expect(seenIdle[0]).toBe('window');

    const narrow = established();
    narrow.write(3000);
    const seenNarrow = watch(narrow);
    const about = { reporter: 0, source: OUR_ADDRESS, destination: PEER_ADDRESS, mtu: 600 };
    const quote = quoteOf(narrow.ourPort, narrow.peerPort, narrow.iss + 1);
    narrow.tcp.handleIpError({ kind: 'packet-too-big', ...about }, quote, 0, 8, narrow.now);
    expect(seenNarrow).toEqual(['window']);
  });

  it('sees a connection enter TIME-WAIT, and what comes there as nobody\u2019s', () => {
    const script = finWait2();
    const seen = watch(script);
    script.inject(script.encode({ seq: 1, ack: 2, flags: 'FA' }));
    turn(script, 0);
    script.inject(script.encode({ seq: 1, ack: 2, flags: 'FA' }));
    turn(script, 60_000);
    expect(seen.filter((line) => line !== 'window')).toEqual([
      'FIN-WAIT-2 > TIME-WAIT',
      'received TIME-WAIT FIN-ACK: accepted',
      'sent TIME-WAIT ACK: ack due',
      'received - FIN-ACK: duplicate',
      'sent - ACK: duplicate',
    ]);
  });

  it('sees what is dropped before a connection, and resets that answer it', () => {
    const script = synReceived();
    const seen = watch(script);
    script.inject(new Uint8Array(10));
    script.inject(script.encode({ seq: 1, ack: 9, from: 9 }));
    expect(seen).toEqual([
      'dropped truncated',
      'sent - RST: unacceptable ack',
      'dropped no-connection',
    ]);
  });

  it('sees the verdict on each kind of segment', () => {
    const script = established();
    script.sends({ seq: 1, data: 'a' });
    script.sends({ seq: 1, data: 'a' });
    script.sends({ seq: 5, data: 'e' });
    script.sends({ seq: 90_000, data: 'z' });
    script.sends({ seq: 2, flags: '', data: 'b' });
    script.sends({ seq: 2, flags: 'FA' });
    script.sends({ seq: 3, data: 'c' });
    expect(script.verdicts.map(formatVerdict)).toEqual([
      'accepted',
      'duplicate',
      'out of order',
      'out of window',
      'no ack',
      'accepted',
      'data after close',
    ]);
  });
});

describe('names', () => {
  it('are spelled for people', () => {
    expect(formatBecause(Because.FAST_RETRANSMIT)).toBe('fast retransmit');
    expect(formatVerdict(Verdict.OLD_TIMESTAMP)).toBe('old timestamp');
    expect(formatHeldBy(HeldBy.PEER_WINDOW)).toBe('peer window');
    expect(formatFlags(0)).toBe('none');
    expect(formatFlags(TcpFlag.ACK | TcpFlag.PSH | TcpFlag.FIN)).toBe('FIN-PSH-ACK');
    expect(formatFlags(0xff)).toBe('SYN-FIN-RST-PSH-URG-ECE-CWR-ACK');
  });
});
