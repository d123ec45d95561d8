import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, synSent } from '../support/fake-peer.js';

const TOO_BIG = 'packet-too-big';

describe('fragmentation needed', () => {
  it('makes segments smaller and sends what was lost again at once [RFC 1191 3, 6.4] [RFC 9293 3.7.2]', () => {
    const script = established();
    script.write(3000);
    script.take();
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 1);
    expect(script.take().map((s) => [s.seq, s.len, s.because])).toEqual(
      [1, 601, 1201, 1801, 2401].map((seq) => [seq, 600, Because.SMALLER_PATH_MTU]),
    );
    expect(script.conn.snd.mss).toBe(600);
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThanOrEqual(6000);
  });

  it('takes timestamps off the new size', () => {
    const script = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [1, 0] },
    });
    script.write(900);
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 1);
    expect(script.conn.snd.mss).toBe(588);
  });

  it('is taken as 576 without an MTU, and never makes segments larger or absurd [RFC 1191 5]', () => {
    const script = established();
    script.write(100);
    script.icmp({ kind: TOO_BIG, mtu: 0 }, 1);
    expect(script.conn.snd.mss).toBe(536);
    script.icmp({ kind: TOO_BIG, mtu: 1400 }, 1);
    expect(script.conn.snd.mss).toBe(536);
  });

  it('works down to the 68 bytes that every link carries, with timestamps and SACK', () => {
    const script = established({
      settings: { timestamps: true, sack: true, minPathMtu: 68 },
      options: { mss: 1000, ts: [1, 0], sackOk: true },
    });
    script.write(100);
    script.take();
    script.icmp({ kind: TOO_BIG, mtu: 68 }, 1);
    expect(script.conn.snd.mss).toBe(16);
    const ts = { options: { ts: [1, 0] } } as const;
    for (const seq of [11, 31, 51]) script.sends({ seq, data: 5, ...ts });
    script.advance(1000);
    expect(script.ip.sent.length).toBeGreaterThan(3);
    const lengths = script.ip.sent.map((segment) => segment.bytes.length + 20);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(68);
  });

  it('is ignored unless it quotes what is in flight [RFC 5927 4.1] [RFC 9293 MUST-54]', () => {
    const script = established();
    script.write(1000);
    script.take();
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 1001);
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 0);
    expect(script.conn.snd.mss).toBe(1000);
    script.expectsNothing();
  });
});

describe('unreachable', () => {
  it('ends a connect when the port or the protocol is missing [RFC 9293 SHLD-26]', () => {
    for (const kind of ['port-unreachable', 'protocol-unreachable'] as const) {
      const script = synSent();
      script.icmp({ kind }, 0);
      expect(script.events).toEqual(['open:ECONNREFUSED']);
    }
  });

  it('is soft for an established connection [RFC 9293 MUST-56] [RFC 5927 5.2]', () => {
    const script = established();
    script.write('x');
    script.icmp({ kind: 'port-unreachable' }, 1);
    script.icmp({ kind: 'host-unreachable' }, 1);
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('explains a later time-out, unless there was progress in between [RFC 9293 MUST-47, MUST-56, SHLD-25]', () => {
    for (const kind of ['host-unreachable', 'time-exceeded', 'parameter-problem'] as const) {
      const script = established({ settings: { userTimeoutMs: 3000 } });
      script.write('x');
      script.icmp({ kind }, 1);
      script.advance(20_000);
      expect(script.events).toEqual(['close:EHOSTUNREACH']);
    }
    const script = established({ settings: { userTimeoutMs: 3000 } });
    script.write('x');
    script.icmp({ kind: 'host-unreachable' }, 1);
    script.sends({ seq: 1, ack: 2 });
    script.write('y');
    script.advance(20_000);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });

  it('explains a connect that fails [RFC 9293 SHLD-25]', () => {
    const script = synSent();
    script.icmp({ kind: 'host-unreachable' }, 0);
    expect(script.conn.state).toBe('SYN-SENT');
    script.advance(300_000);
    expect(script.events).toEqual(['open:EHOSTUNREACH']);
  });

  it('is ignored for strangers, and when cut short [RFC 9293 MUST-54]', () => {
    const script = established({ settings: { userTimeoutMs: 3000 } });
    script.write('x');
    script.icmp({ kind: 'host-unreachable', destination: 1 }, 1);
    const quote = new Uint8Array(7);
    const about = { mtu: 0, reporter: 0, source: 0, destination: 0 };
    const error = { kind: 'host-unreachable', ...about } as const;
    script.tcp.handleIpError(error, quote, 0, 7, script.now);
    script.advance(20_000);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
  });
});

describe('blind reports of a small MTU', () => {
  /** 3000 octets in flight, full segments of which were acknowledged before. */
  function proven(): ReturnType<typeof established> {
    const script = established();
    script.write(2000);
    script.sends({ seq: 1, ack: 2001 });
    script.write(3000);
    return script.clear();
  }

  it('go no further than the floor [RFC 5927 7.2]', () => {
    const script = established();
    script.write(3000);
    script.icmp({ kind: TOO_BIG, mtu: 68 }, 1);
    expect(script.conn.snd.mss).toBe(552 - 40);
  });

  it('are not believed where full segments have arrived, until they do not any more [RFC 5927 7.2]', () => {
    const script = proven();
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 2001);
    expect(script.conn.snd.mss).toBe(1000);
    script.expectsNothing();
    // Progress refutes them.
    script.sends({ seq: 1, ack: 3001 });
    script.advance(1000);
    expect(script.conn.snd.mss).toBe(1000);
    // Silence confirms them.
    const silent = proven();
    silent.icmp({ kind: TOO_BIG, mtu: 640 }, 2001);
    silent.advance(300);
    expect(silent.conn.snd.mss).toBe(600);
  });

  it('below the floor take two time-outs in a row [RFC 5927 7.2]', () => {
    const script = established();
    script.write(3000);
    script.icmp({ kind: TOO_BIG, mtu: 296 }, 1);
    script.advance(250);
    expect(script.conn.snd.mss).toBe(512);
    script.advance(500);
    expect(script.conn.snd.mss).toBe(256);
  });

  it('are forgotten after ten minutes [RFC 1191 6.3]', () => {
    const script = established();
    script.write(1000);
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 1);
    script.sends({ seq: 1, ack: 1001 });
    script.advance(599_000);
    script.clear();
    script.write(1000);
    script.expects([
      { seq: 1001, len: 600 },
      { seq: 1601, len: 400 },
    ]);
    script.sends({ seq: 1, ack: 2001 });
    script.advance(1000);
    script.clear();
    script.write(1000);
    script.expects([{ seq: 2001, len: 1000 }]);
  });
});

describe('a path that is tried anew', () => {
  it('is not proven by smaller segments that left together before [RFC 1191 6.3]', () => {
    const script = established();
    script.write(1000);
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 1);
    script.sends({ seq: 1, ack: 1001 });
    script.advance(599_990);
    script.write(3000);
    script.advance(20);
    script.write(5000);
    expect(script.conn.snd.mss).toBe(1000);
    script.sends({ seq: 1, ack: 4001 });
    script.clear();
    script.icmp({ kind: TOO_BIG, mtu: 640 }, 4001);
    expect(script.conn.snd.mss).toBe(600);
    expect(script.take()[0]).toMatchObject({ seq: 4001, len: 600 });
  });
});

describe('a path that swallows full segments without a report', () => {
  it('gets smaller ones after five time-outs [RFC 4821 7.7] [RFC 9293 3.7.2]', () => {
    const script = established({ mtu: 1500, options: { mss: 1460 } });
    script.write(1460);
    script.advance(200 * (1 + 2 + 4 + 8 + 16) + 10);
    expect(script.conn.snd.mss).toBe(536);
    expect(script.take().at(-1)).toMatchObject({ seq: 1, len: 536 });
  });
});
