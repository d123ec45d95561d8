import { Because, type TcpSettings, Verdict } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, listening, Script, synReceived, synSent } from '../support/fake-peer.js';

describe('active open', () => {
  it('sends a SYN and completes with the SYN-ACK [RFC 9293 3.5, 3.10.1]', () => {
    const script = new Script({ active: true });
    script.connect();
    script.turn();
    script.expects([{ seq: 0, ack: 0, flags: 'S', len: 0, mss: 1000, because: Because.CONNECT }]);
    expect(script.conn.state).toBe('SYN-SENT');
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    script.expects([{ seq: 1, ack: 1, flags: 'A', len: 0 }]);
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.events).toEqual(['open']);
    expect(script.tcp.counters.connectionsOpened).toBe(1);
  });

  it('sends what was written before the SYN-ACK together with the ACK of it [RFC 9293 3.10.2]', () => {
    const script = synSent();
    script.write('hello');
    script.expectsNothing();
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    script.expects([{ seq: 1, ack: 1, flags: 'PA', data: 'hello' }]);
  });

  it('takes text and FIN of a SYN-ACK [RFC 9293 3.10.7.3 fourth]', () => {
    const script = synSent();
    script.sends({ seq: 0, ack: 1, flags: 'SFA', data: 'hi', options: { mss: 1000 } });
    expect(script.events).toEqual(['open', 'data:2', 'end']);
    expect(script.conn.state).toBe('CLOSE-WAIT');
    script.expects([{ seq: 1, ack: 4, flags: 'A' }]);
  });

  it('delivers nothing of a SYN-ACK when the open callback aborts', () => {
    const script = synSent();
    script.inside.open = () => script.conn.abort(script.now);
    script.sends({ seq: 0, ack: 1, flags: 'SA', data: 'hi', options: { mss: 1000 } });
    expect(script.events).toEqual(['open', 'close']);
    expect(script.conn.state).toBe('CLOSED');
    script.expects([{ flags: 'RA', seq: 1 }]);
  });

  it('repeats the SYN with back-off and fails with ETIMEDOUT when retries run out [RFC 9293 MUST-22] [RFC 6298 2.1]', () => {
    const script = new Script({ active: true, settings: { synRetries: 3 } });
    script.connect();
    script.turn();
    script.advance(60_000);
    const sent = script.take();
    expect(sent.map((s) => [s.flags, s.at])).toEqual([
      ['S', 0],
      ['S', 1000],
      ['S', 3000],
      ['S', 7000],
    ]);
    expect(script.events).toEqual(['open:ETIMEDOUT']);
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('gives up 183 s after the first SYN by default [RFC 9293 MUST-23]', () => {
    const script = new Script({ active: true });
    script.connect();
    script.turn();
    script.advance(182_900);
    expect(script.events).toEqual([]);
    expect(script.take()).toHaveLength(8);
    script.advance(200);
    expect(script.events).toEqual(['open:ETIMEDOUT']);
  });

  it('starts from one segment and an RTO of 3 s after a lost SYN [RFC 5681 3.1 SYN loss] [RFC 6298 5.7]', () => {
    const script = synSent();
    script.advance(1000);
    script.expects([{ flags: 'S', because: Because.RETRANSMISSION_TIMEOUT }]);
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    expect(script.conn.snd.congestion.cwnd).toBe(1000);
    expect(script.conn.snd.rtt.rtoMs).toBe(3000);
    script.take();
    script.write(5000);
    script.expects([{ seq: 1, len: 1000 }]);
  });

  it('is refused by RST with an acceptable ACK only [RFC 9293 3.5.3, 3.10.7.3 second]', () => {
    const script = synSent();
    script.sends({ seq: 0, flags: 'R' });
    script.sends({ seq: 0, ack: 0, flags: 'RA' });
    script.sends({ seq: 0, ack: 2, flags: 'RA' });
    expect(script.conn.state).toBe('SYN-SENT');
    script.expectsNothing();
    script.sends({ seq: 0, ack: 1, flags: 'RA' });
    expect(script.conn.state).toBe('CLOSED');
    expect(script.events).toEqual(['open:ECONNREFUSED']);
    script.expectsNothing();
  });

  it('answers an unacceptable ACK with a reset and stays [RFC 9293 3.5.2 group 2, 3.10.7.3 first]', () => {
    const script = synSent();
    script.sends({ seq: 0, ack: 0, flags: 'SA' });
    script.advance(500);
    script.sends({ seq: 0, ack: 2, flags: 'A' });
    script.expects([
      { seq: 0, flags: 'R', because: Because.UNACCEPTABLE_ACK },
      { seq: 2, flags: 'R' },
    ]);
    expect(script.conn.state).toBe('SYN-SENT');
  });

  it('answers unacceptable ACKs with one reset in 500 ms [RFC 5961 7]', () => {
    const floods = [
      { script: synSent(), flags: 'SA', seq: 0 },
      { script: synReceived(), flags: 'A', seq: 1 },
    ];
    for (const { script, flags, seq } of floods) {
      const { state } = script.conn;
      for (let ack = 2; ack < 102; ack++) script.sends({ seq, ack, flags });
      script.expects([{ seq: 2, flags: 'R', because: Because.UNACCEPTABLE_ACK }]);
      expect(script.tcp.counters.answersSuppressed).toBe(99);
      script.advance(499);
      script.sends({ seq, ack: 3, flags });
      script.expectsNothing();
      script.advance(1);
      script.sends({ seq, ack: 4, flags });
      script.expects([{ seq: 4, flags: 'R' }]);
      // Whoever is right is heard at once.
      expect(script.conn.state).toBe(state);
      script.sends({ seq, ack: 1, flags, ...(seq === 0 && { options: { mss: 1000 } }) });
      expect(script.conn.state).toBe('ESTABLISHED');
    }
  });

  it('drops what is neither SYN nor reset [RFC 9293 3.10.7.3 fifth]', () => {
    const script = synSent();
    script.sends({ seq: 1, ack: 1, data: 'abc' }, { seq: 1, flags: 'F' });
    script.expectsNothing();
    expect(script.conn.state).toBe('SYN-SENT');
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    expect(script.events).toEqual(['open']);
  });

  it('closes at once, without a segment, when ended in SYN-SENT [RFC 9293 3.10.4]', () => {
    const script = synSent();
    script.end();
    script.expectsNothing();
    expect(script.conn.state).toBe('CLOSED');
    expect(script.events).toEqual(['open:ECONNABORTED']);
  });

  it('chooses different ephemeral ports and never one that is taken', () => {
    const script = new Script({});
    const ports = new Set<number>();
    for (let i = 0; i < 500; i++) ports.add(script.connect().localPort);
    expect(ports.size).toBe(500);
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(32768);
      expect(port).toBeLessThan(61000);
    }
  });

  it('leaves from the address that is named, else from that of the route, to its end [RFC 9293 MUST-43, MUST-44, MUST-45]', () => {
    const script = new Script({});
    const to = { remoteAddress: 0x0a000001, remotePort: 80 };
    script.tcp.connect(to, () => {}, script.now);
    script.tcp.connect({ ...to, localAddress: 0x0a000003 }, () => {}, script.now);
    script.turn();
    // From now on the route has another one.
    script.ip.source = 0x0a000009;
    script.advance(1000);
    const sources = script.ip.take().map(({ source }) => source);
    expect(sources.slice(0, 2)).toEqual([0x0a000002, 0x0a000003]);
    expect(new Set(sources.slice(2))).toEqual(new Set([0x0a000002, 0x0a000003]));
  });

  it('refuses a 4-tuple that exists, a destination without a route, and a broadcast [RFC 9293 MUST-46, 3.10.1]', () => {
    const script = new Script({});
    const to = { remoteAddress: 0x0a000001, remotePort: 80 };
    script.tcp.connect({ ...to, localPort: 1234 }, () => {}, script.now);
    expect(() => script.tcp.connect({ ...to, localPort: 1234 }, () => {}, script.now)).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    );
    script.ip.hasRoute = false;
    expect(() => script.tcp.connect(to, () => {}, script.now)).toThrow(
      expect.objectContaining({ code: 'EHOSTUNREACH' }),
    );
    expect(() =>
      script.tcp.connect({ ...to, localAddress: 0x0a000002 }, () => {}, script.now),
    ).toThrow(expect.objectContaining({ code: 'EHOSTUNREACH' }));
  });
});

describe('crossed SYNs', () => {
  it('answers a SYN in SYN-SENT with SYN-ACK and completes with the peer\u2019s [RFC 9293 MUST-10]', () => {
    const script = synSent();
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 } });
    script.expects([{ seq: 0, ack: 1, flags: 'SA', mss: 1000 }]);
    expect(script.conn.state).toBe('SYN-RECEIVED');
    expect(script.events).toEqual([]);
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } });
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.events).toEqual(['open']);
    expect(script.tcp.counters.connectionsOpened).toBe(1);
  });

  it('also completes with a plain ACK, and data that rides on it [RFC 9293 MUST-10]', () => {
    const script = synSent();
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 } });
    script.take();
    script.sends({ seq: 1, ack: 1, flags: 'A', data: 'abc' });
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.events).toEqual(['open', 'data:3']);
  });

  it('fails with ECONNREFUSED on a reset in SYN-RECEIVED after an active open [RFC 9293 MUST-11, 3.10.7.4 second]', () => {
    const script = synSent();
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 } });
    script.sends({ seq: 1, flags: 'R' });
    expect(script.events).toEqual(['open:ECONNREFUSED']);
  });

  it('shows the observer the segment as it came', () => {
    const script = synSent();
    const seen: number[] = [];
    script.tcp.observer = { segmentReceived: (_c, header) => seen.push(header.flags, header.seq) };
    script.inject(script.encode({ seq: 0, flags: 'S', options: { mss: 1000 } }));
    script.inject(script.encode({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000 } }));
    expect(seen).toEqual([0x02, 5000, 0x12, 5000]);
  });
});

describe('passive open', () => {
  it('answers SYN with SYN-ACK, and is accepted with the ACK [RFC 9293 3.5, 3.10.7.2 third]', () => {
    const script = listening();
    script.sends({ seq: 0, flags: 'S', options: { mss: 900 } });
    script.expects([{ seq: 0, ack: 1, flags: 'SA', mss: 1000, because: Because.ACCEPT }]);
    expect(script.events).toEqual([]);
    expect(script.listener?.halfOpen).toBe(1);
    script.sends({ seq: 1, ack: 1 });
    expect(script.events).toEqual(['accept']);
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.conn.snd.mss).toBe(900);
    expect(script.listener?.halfOpen).toBe(0);
    script.expectsNothing();
    expect(script.tcp.counters.connectionsAccepted).toBe(1);
  });

  it('does not take the text of a SYN before the handshake, and does not acknowledge it [RFC 9293 3.10.7.2 text]', () => {
    const script = listening();
    script.sends({ seq: 0, flags: 'S', data: 'early', options: { mss: 1000 } });
    script.expects([{ seq: 0, ack: 1, flags: 'SA' }]);
    script.sends({ seq: 1, ack: 1, flags: 'PA', data: 'early' });
    expect(script.events).toEqual(['accept', 'data:5']);
  });

  it('delivers the text and the FIN of the ACK that completes it', () => {
    const script = synReceived();
    script.sends({ seq: 1, ack: 1, flags: 'FPA', data: 'all' });
    expect(script.events).toEqual(['accept', 'data:3', 'end']);
    expect(script.conn.state).toBe('CLOSE-WAIT');
    script.expects([{ seq: 1, ack: 5, flags: 'A' }]);
  });

  it('repeats the SYN-ACK at once for a repeated SYN', () => {
    const script = synReceived();
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 } });
    script.expects([{ seq: 0, ack: 1, flags: 'SA' }]);
    expect(script.tcp.connectionCount).toBe(1);
  });

  it('repeats a lost SYN-ACK, and forgets the connection without a word after the last one', () => {
    const script = listening({ settings: { synAckRetries: 2 } });
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 } });
    script.advance(30_000);
    expect(script.take().map((s) => [s.flags, s.at])).toEqual([
      ['SA', 0],
      ['SA', 1000],
      ['SA', 3000],
    ]);
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.listener?.halfOpen).toBe(0);
    expect(script.events).toEqual([]);
  });

  it('starts from one segment and an RTO of 3 s after a lost SYN-ACK, also with timestamps [RFC 5681 3.1 SYN loss] [RFC 6298 5.7]', () => {
    const ts = (tsecr: number) => ({ mss: 1000, ts: [5, tsecr] as const });
    for (const timestamps of [false, true]) {
      const script = synReceived({ settings: { timestamps }, options: ts(0) });
      script.advance(1000);
      const [again] = script.take();
      script.sends({ seq: 1, ack: 1, options: ts(again?.tsval ?? 0) });
      expect(script.conn.state).toBe('ESTABLISHED');
      expect(script.conn.snd.rtt.rtoMs).toBe(3000);
      expect(script.conn.snd.congestion.cwnd).toBe(timestamps ? 988 : 1000);
    }
  });

  it('answers an unacceptable ACK in SYN-RECEIVED with a reset [RFC 9293 3.5.2 group 2, 3.10.7.4 fifth]', () => {
    const script = synReceived();
    script.sends({ seq: 1, ack: 0 });
    script.advance(500);
    script.sends({ seq: 1, ack: 2 });
    script.expects([
      { seq: 0, flags: 'R', because: Because.UNACCEPTABLE_ACK },
      { seq: 2, flags: 'R' },
    ]);
    expect(script.conn.state).toBe('SYN-RECEIVED');
  });

  it('returns to LISTEN on RST and on a new SYN in the window [RFC 9293 MUST-11, 3.10.7.4 second, 3.10.7.4 fourth]', () => {
    const reset = synReceived();
    reset.sends({ seq: 1, flags: 'R' });
    expect(reset.tcp.connectionCount).toBe(0);
    const again = synReceived();
    again.sends({ seq: 1, flags: 'S' });
    expect(again.tcp.connectionCount).toBe(0);
    again.expectsNothing();
  });

  it('drops SYNs while the backlog is full, and the ACK that would overflow it', () => {
    const script = listening({ backlog: 1 });
    const handshake = (from: number) => {
      script.sends({ seq: 0, flags: 'S', from, options: { mss: 1000 } });
      script.sends({ seq: 1, ack: 1, from });
    };
    script.sends({ seq: 0, flags: 'S', from: 6001, options: { mss: 1000 } });
    handshake(6000);
    expect(script.listener?.pending).toBe(1);
    script.take();
    script.sends({ seq: 1, ack: 1, from: 6001 });
    expect(script.verdict).toBe(Verdict.NO_ROOM);
    expect(script.listener?.pending).toBe(1);
    script.sends({ seq: 0, flags: 'S', from: 6002, options: { mss: 1000 } });
    script.expectsNothing();
    expect(script.tcp.counters.dropped['backlog-full']).toBe(2);
    // Room again: the SYN-ACK is repeated, and the peer's answer is welcome.
    expect(script.listener?.accept()?.remotePort).toBe(6000);
    script.advance(1000);
    script.expects([{ flags: 'SA' }]);
    script.sends({ seq: 1, ack: 1, from: 6001 });
    expect(script.listener?.accept()?.remotePort).toBe(6001);
  });

  it('refuses new connections when the table is full', () => {
    const script = listening({ tcp: { maxConnections: 2 } });
    for (let i = 0; i < 3; i++) script.sends({ seq: 0, flags: 'S', from: 7000 + i });
    expect(script.tcp.connectionCount).toBe(2);
    expect(script.tcp.counters.dropped['table-full']).toBe(1);
  });

  it('survives an accept callback that aborts', () => {
    const script = synReceived();
    script.inside.accept = () => script.conn.abort(script.now);
    script.sends({ seq: 1, ack: 1, flags: 'PA', data: 'hello' });
    expect(script.events).toEqual(['accept', 'close']);
    script.expects([{ seq: 1, flags: 'RA' }]);
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('resets half-open and unaccepted connections when the listener closes', () => {
    const script = listening({ backlog: 5 });
    script.sends({ seq: 0, flags: 'S', from: 6000 });
    script.sends({ seq: 0, flags: 'S', from: 6001 });
    script.sends({ seq: 1, ack: 1, from: 6001 });
    script.take();
    expect(script.listener?.pending).toBe(1);
    script.listener?.close(script.now);
    script.turn();
    expect(script.take().map((s) => s.flags)).toEqual(['RA', 'RA']);
    expect(script.tcp.connectionCount).toBe(0);
    script.sends({ seq: 0, flags: 'S', from: 6002 });
    script.expects([{ flags: 'RA' }]);
  });

  it('forgets an unaccepted connection that the peer resets', () => {
    const script = listening({ backlog: 5 });
    script.sends({ seq: 0, flags: 'S' });
    script.sends({ seq: 1, ack: 1 });
    expect(script.listener?.pending).toBe(1);
    script.sends({ seq: 1, ack: 1, flags: 'RA' });
    expect(script.listener?.pending).toBe(0);
    expect(script.listener?.accept()).toBe(null);
  });

  it('ends a connection that was closed in SYN-RECEIVED after the handshake [RFC 9293 3.10.4]', () => {
    const script = synReceived();
    script.conn.end();
    script.turn();
    script.expectsNothing();
    script.sends({ seq: 1, ack: 1 });
    expect(script.conn.state).toBe('FIN-WAIT-1');
    script.expects([{ seq: 1, ack: 1, flags: 'FA' }]);
  });
});

describe('segments without a connection', () => {
  it('answers an ACK with RST at its number, everything else with RST-ACK [RFC 9293 3.5.2 group 1, 3.10.7.1]', () => {
    const script = new Script({});
    script.sends({ seq: 10, ack: 77, flags: 'A' });
    script.expects([{ seq: 77, flags: 'R', len: 0, because: Because.NO_CONNECTION }]);
    script.sends({ seq: 10, flags: 'S' });
    expect(script.take().map((s) => [s.flags, s.seq, s.ack])).toEqual([['RA', -1000, 11]]);
    script.sends({ seq: 10, flags: 'F', data: 'four' });
    expect(script.take().map((s) => [s.flags, s.ack])).toEqual([['RA', 15]]);
  });

  it('never answers a reset [RFC 9293 3.10.7.1, 3.10.7.2 first]', () => {
    const script = new Script({});
    script.sends({ seq: 1, flags: 'R' }, { seq: 1, ack: 1, flags: 'RA' });
    script.expectsNothing();
    const listener = listening();
    listener.sends({ seq: 1, flags: 'R' }, { seq: 1, ack: 1, flags: 'RSA' });
    listener.expectsNothing();
    expect(listener.tcp.counters.dropped['no-connection']).toBe(2);
  });

  it('answers an ACK to a listener with a reset, and drops what is neither SYN nor ACK [RFC 9293 3.10.7.2 second, 3.10.7.2 fourth]', () => {
    const script = listening();
    script.sends({ seq: 1, ack: 9, flags: 'A' });
    script.expects([{ seq: 9, flags: 'R', because: Because.UNACCEPTABLE_ACK }]);
    script.sends({ seq: 1, flags: 'F' });
    script.sends({ seq: 1, flags: '', data: 'x' });
    script.expectsNothing();
  });

  it('drops port 0', () => {
    const script = listening();
    script.sends({ seq: 1, flags: 'S', from: 0 });
    script.sends({ seq: 1, flags: 'S', to: 0 });
    script.expectsNothing();
    expect(script.tcp.counters.dropped['bad-port']).toBe(2);
  });
});

describe('listeners', () => {
  it('prefer the exact address and port over any [RFC 9293 MUST-42]', () => {
    const script = new Script({});
    const accepted: string[] = [];
    const listen = (name: string, address: number, port: number) =>
      script.tcp.listen({ address, port }, { handleAcceptable: () => accepted.push(name) });
    listen('any', 0, 0);
    listen('port', 0, 80);
    listen('exact', 0x0a000002, 80);
    listen('address', 0x0a000002, 0);
    let from = 7000;
    const knock = (to: number) => {
      from++;
      script.sends({ seq: 0, flags: 'S', from, to });
      script.sends({ seq: 1, ack: 1, from, to });
    };
    knock(80);
    knock(81);
    expect(accepted).toEqual(['exact', 'address']);
    expect(() => listen('again', 0, 80)).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  });

  it('leave the connections of their port alone, when they open and when they close [RFC 9293 MUST-41]', () => {
    const script = established();
    const address = 0x0a000002;
    const other = script.tcp.listen({ address, port: 80 }, { handleAcceptable: () => {} });
    script.sends({ seq: 1, data: 'abc' });
    other.close(script.now);
    script.listener?.close(script.now);
    script.turn();
    script.sends({ seq: 4, data: 'def' });
    expect(script.conn.state).toBe('ESTABLISHED');
    expect(script.events).toEqual(['data:3', 'data:3']);
  });
});

describe('settings', () => {
  it('that TCP cannot work with are refused, an ACK delayed by half a second included [RFC 9293 MUST-40]', () => {
    const bad: Partial<TcpSettings>[] = [
      { receiveBuffer: 255 },
      { receiveBuffer: 2 ** 30 },
      { sendBuffer: 0 },
      { delayedAckMs: 500 },
      { timeWaitMs: -1 },
      { minRtoMs: 0 },
      { maxRtoMs: 100 },
      { mss: 47 },
      { mss: 65_496 },
    ];
    for (const settings of bad) expect(() => new Script({ settings })).toThrow(RangeError);
    const { tcp } = new Script({});
    const to = { remoteAddress: 1, remotePort: 1, settings: { sendBuffer: 0 } };
    expect(() => tcp.connect(to, () => {}, 0)).toThrow(RangeError);
    const acceptable = { handleAcceptable: () => {} };
    expect(() => tcp.listen({ port: 1, backlog: 0 }, acceptable)).toThrow(RangeError);
    expect(() => tcp.listen({ port: 1, halfOpenLimit: 0 }, acceptable)).toThrow(RangeError);
  });
});

describe('the segment size', () => {
  it('is the smaller of the path and the peer\u2019s option, 536 without one [RFC 9293 MUST-15, MUST-16]', () => {
    expect(established({ options: { mss: 400 } }).conn.snd.mss).toBe(400);
    expect(established({ options: { mss: 1400 } }).conn.snd.mss).toBe(1000);
    expect(established({ options: { sackOk: true } }).conn.snd.mss).toBe(536);
    const active = synSent();
    active.sends({ seq: 0, ack: 1, flags: 'SA' });
    expect(active.conn.snd.mss).toBe(536);
  });

  it('offers the MTU less both headers, or less if told so [RFC 9293 MUST-14, MUST-67]', () => {
    const script = listening({ mtu: 1500, settings: { mss: 700 } });
    script.sends({ seq: 0, flags: 'S', options: { mss: 1460 } });
    script.expects([{ flags: 'SA', mss: 700 }]);
    expect([...script.tcp.connections()][0]?.snd.mss).toBe(1460);
  });

  it('is named even where it is what a peer takes for granted [RFC 9293 MAY-3]', () => {
    const script = listening({ mtu: 576 });
    script.sends({ seq: 0, flags: 'S', options: { mss: 1460 } });
    script.expects([{ flags: 'SA', mss: 536 }]);
  });
});
