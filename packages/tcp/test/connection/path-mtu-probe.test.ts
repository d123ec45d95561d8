import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, type Script } from '../support/fake-peer.js';

/** A peer of 1400-octet segments behind a path that was once reported to carry 640, when growth is due. */
function narrowed(settings: object = {}): Script {
  const script = established({
    settings: { sack: true, ...settings },
    mtu: 1440,
    options: { mss: 1400, sackOk: true },
    wnd: 60_000,
  });
  script.write(1000);
  script.icmp({ kind: 'packet-too-big', mtu: 640 }, 1);
  script.sends({ seq: 1, ack: 1001, wnd: 60_000 });
  script.advance(600_000);
  script.clear();
  expect(script.conn.snd.mss).toBe(600);
  return script;
}

const probes = (script: Script): number[] =>
  script
    .take()
    .filter((segment) => segment.because === Because.MTU_PROBE)
    .map((segment) => segment.len);

/** Acknowledges all but the probe, which is the first of what is in flight. */
function loseProbe(script: Script, at: number, length: number): void {
  const { una, iss } = script.conn.snd;
  expect((una - iss) | 0).toBe(at);
  const from = at + length;
  const sack = [script.iss + from, script.iss + from + 600 * 3];
  script.sends({ seq: 1, ack: at, wnd: 60_000, options: { sack } });
  script.advance(5);
}

describe('a path that was found to be narrow', () => {
  it('is tried with one larger segment, and no other grows before it has arrived [RFC 4821 7.1, 7.5, 7.6.1]', () => {
    const script = narrowed();
    script.write(6000);
    const sent = script.take();
    expect(sent.map((segment) => segment.len)).toEqual([
      1400, 600, 600, 600, 600, 600, 600, 600, 400,
    ]);
    expect(sent[0]!.because).toBe(Because.MTU_PROBE);
    script.sends({ seq: 1, ack: 7001, wnd: 60_000 });
    expect(script.conn.snd.mss).toBe(1400);
    script.advance(1000);
    script.write(2800);
    expect(script.take().map((segment) => segment.len)).toEqual([1400, 1400]);
    script.sends({ seq: 1, ack: 9801, wnd: 60_000 });
    // The search is over.
    script.advance(2_000_000);
    script.write(9000);
    expect(probes(script)).toEqual([]);
  });

  it('is not tried without enough behind it to tell a loss by [RFC 4821 7.4]', () => {
    const script = narrowed();
    script.write(3000);
    expect(script.take().map((segment) => segment.len)).toEqual([600, 600, 600, 600, 600]);
  });

  it('loses a probe without taking that for congestion [RFC 4821 7.6.2]', () => {
    const script = narrowed();
    const { cwnd } = script.conn.snd.congestion;
    script.write(6000);
    script.clear();
    loseProbe(script, 1001, 1400);
    const again = script.take();
    expect(again.map((segment) => [segment.seq, segment.len])).toEqual([
      [1001, 600],
      [1601, 600],
      [2201, 200],
    ]);
    expect(script.conn.snd.phase).toBe('open');
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThanOrEqual(cwnd);
    script.sends({ seq: 1, ack: 7001, wnd: 60_000 });
    expect(script.conn.snd.mss).toBe(600);
    expect(script.tcp.counters.fastRetransmissions).toBe(0);
  });

  it('is searched by halves, a probe a second, then left alone for ten minutes [RFC 4821 7.3]', () => {
    const script = narrowed();
    const carries = 900;
    const seen: number[] = [];
    for (let round = 0; round < 12; round++) {
      const at = (script.conn.snd.una - script.conn.snd.iss) | 0;
      script.write(8000);
      const probe = probes(script)[0];
      if (probe !== undefined) {
        seen.push(probe);
        if (probe > carries) loseProbe(script, at, probe);
      }
      while (script.conn.snd.flightSize > 0) {
        script.sends({ seq: 1, ack: (script.conn.snd.nxt - script.conn.snd.iss) | 0, wnd: 60_000 });
      }
      script.advance(1000);
      script.clear();
    }
    expect(seen).toEqual([1400, 1000, 800, 900, 950, 925]);
    expect(script.conn.snd.mss).toBe(900);
    script.advance(600_000);
    script.write(8000);
    expect(probes(script)).toEqual([1400]);
  });

  it('takes the size that a report about a probe names [RFC 4821 7.6.2]', () => {
    const script = narrowed();
    script.write(6000);
    script.clear();
    script.icmp({ kind: 'packet-too-big', mtu: 940 }, 1001);
    expect(script.conn.snd.mss).toBe(600);
    loseProbe(script, 1001, 1400);
    script.sends({ seq: 1, ack: 7001, wnd: 60_000 });
    script.advance(1000);
    script.clear();
    script.write(8000);
    expect(probes(script)[0]).toBeLessThanOrEqual(900);
  });

  it('learns nothing from a probe that is lost with others [RFC 4821 7.6.4]', () => {
    const script = narrowed();
    script.write(5000);
    script.clear();
    const sack = [script.iss + 3601, script.iss + 6001];
    script.sends({ seq: 1, ack: 1001, wnd: 60_000, options: { sack } });
    script.advance(5);
    expect(script.conn.snd.phase).toBe('fast');
    script.sends({ seq: 1, ack: 6001, wnd: 60_000 });
    script.advance(1000);
    script.clear();
    script.write(20_000);
    const seen: number[] = [];
    while (script.conn.snd.flightSize > 0) {
      seen.push(...probes(script));
      script.sends({ seq: 1, ack: (script.conn.snd.nxt - script.conn.snd.iss) | 0, wnd: 60_000 });
    }
    expect(seen).toEqual([1400]);
  });
});
