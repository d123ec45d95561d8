import { describe, expect, it } from 'vitest';
import { established, type Script } from '../support/fake-peer.js';

const KIB = 1024;

const open = (settings = {}): Script =>
  established({ settings, wnd: 65_535, options: { mss: 1000 } });

describe('the mark above which `write` asks to wait', () => {
  it('is the congestion window, and 256 KiB', () => {
    const script = open();
    const limit = () => script.conn.sendBufferLimit;
    const first = script.conn.snd.congestion.cwnd;
    expect(limit()).toBe(256 * KIB + first);
    expect(script.write(256 * KIB + first - 1)).toBe(true);
    expect(script.write(1)).toBe(false);
    for (let acked = 1000; acked <= 60_000; acked += 1000) script.sends({ ack: 1 + acked });
    const { cwnd } = script.conn.snd.congestion;
    expect(cwnd).toBeGreaterThan(3 * first);
    expect(limit()).toBe(256 * KIB + cwnd);
  });

  it('counts what is in flight where that is more than the window', () => {
    const script = open();
    script.write(10_000);
    script.advance(1000);
    const { snd } = script.conn;
    expect(snd.congestion.cwnd).toBeLessThan(snd.flightSize);
    expect(script.conn.sendBufferLimit).toBe(256 * KIB + snd.flightSize);
  });

  it('is never above sendBuffer, and is sendBuffer without autotune', () => {
    expect(open({ sendBuffer: 5000 }).conn.sendBufferLimit).toBe(5000);
    expect(open({ sendBuffer: 5e6, autotune: false }).conn.sendBufferLimit).toBe(5e6);
  });

  it('is bounded by what the fastest path carries in a round trip', () => {
    const script = open();
    const { snd } = script.conn;
    Object.defineProperty(snd.congestion, 'cwnd', { value: 8 * 1024 * KIB });
    snd.rtt.noteMin(0.05, script.now);
    expect(script.conn.sendBufferLimit).toBe(1024 * KIB);
    const far = open();
    Object.defineProperty(far.conn.snd.congestion, 'cwnd', { value: 8 * 1024 * KIB });
    Object.defineProperty(far.conn.snd.rtt, 'minRttMs', { value: 2 });
    expect(far.conn.sendBufferLimit).toBe(5_000_000);
  });

  it('leaves room again while what is unsent is still worth a wait', () => {
    const script = open();
    script.inside.drain = () => {
      unsent = script.conn.bufferedBytes - script.conn.snd.flightSize;
    };
    let unsent = -1;
    while (script.write(10_000));
    for (let acked = 1000; unsent < 0 && acked < 200_000; acked += 1000) {
      script.sends({ ack: 1 + acked });
    }
    expect(unsent).toBeGreaterThan(100 * KIB);
  });
});
