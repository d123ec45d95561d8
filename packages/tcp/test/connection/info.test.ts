import { bbr, cubic, tcpInfo } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  closeWait,
  established,
  listening,
  type Script,
  synReceived,
  synSent,
} from '../support/fake-peer.js';

const info = (script: Script) => tcpInfo(script.conn, script.now);

describe('what a connection says of itself', () => {
  it('in SYN-SENT is what it would like, and that nothing has happened', () => {
    const script = synSent({ settings: { timestamps: true, sack: true, windowScaling: true } });
    expect(info(script)).toMatchObject({
      state: 'SYN-SENT',
      timestamps: true,
      sack: true,
      windowScaling: true,
      sendWindowShift: 0,
      receiveWindowShift: 0,
      srttMs: -1,
      rttvarMs: 0,
      minRttMs: -1,
      rtoMs: 1000,
      backoffs: 0,
      lastDataSentMs: 0,
      lastDataReceivedMs: -1,
      lastAckReceivedMs: -1,
      phase: 'open',
      ssthresh: Number.POSITIVE_INFINITY,
      pacingRate: Number.POSITIVE_INFINITY,
      deliveryRate: 0,
      unacknowledgedBytes: 1,
      bytesWritten: 0,
      bytesSent: 0,
      bytesAcked: 0,
      bytesReceived: 0,
      segmentsSent: 1,
      segmentsReceived: 0,
    });
  });

  it('is what the SYNs have agreed on, both shifts of the window included [RFC 7323 2.2]', () => {
    const script = established({
      settings: { windowScaling: true, receiveBuffer: 1_000_000, sack: true, ecn: 'never' },
      options: { mss: 700, ws: 7, sackOk: true },
      mtu: 1500,
    });
    expect(info(script)).toMatchObject({
      timestamps: false,
      sack: true,
      ecn: false,
      windowScaling: true,
      sendWindowShift: 7,
      receiveWindowShift: 4,
      mss: 700,
      receivedMss: 536,
      advertisedMss: 1460,
      pathMtu: 1500,
      sendWindow: 60_000 << 7,
      congestionControl: 'newreno',
    });
  });

  it('knows the path MTU that a router has reported [RFC 1191 4]', () => {
    const script = established();
    script.write(3000);
    expect(info(script).pathMtu).toBe(1040);
    script.icmp({ kind: 'packet-too-big', mtu: 640 }, 1);
    expect(info(script)).toMatchObject({ pathMtu: 640, mss: 600 });
  });

  it('counts octets each once, and what was sent again beside them', () => {
    const script = established();
    script.write(15_000);
    expect(info(script)).toMatchObject({
      bytesWritten: 15_000,
      bytesSent: 10_000,
      bytesAcked: 0,
      unsentBytes: 5000,
      bufferedBytes: 15_000,
      unacknowledgedBytes: 10_000,
      bytesInFlight: 10_000,
      segmentsSent: 11,
      segmentsReceived: 2,
      segmentsRetransmitted: 0,
    });
    script.advance(100);
    script.sends({ seq: 1, ack: 1001 });
    for (let i = 0; i < 2; i++) script.sends({ seq: 1, ack: 1001 });
    expect(info(script)).toMatchObject({ phase: 'disorder', duplicateAcks: 2, bytesAcked: 1000 });
    script.sends({ seq: 1, ack: 1001 });
    expect(info(script)).toMatchObject({
      phase: 'recovery',
      fastRecoveries: 1,
      segmentsRetransmitted: 1,
      bytesRetransmitted: 1000,
      bytesLost: 1000,
      lastDataSentMs: 0,
      lastAckReceivedMs: 0,
    });
    script.advance(5000);
    const late = info(script);
    expect(late).toMatchObject({ phase: 'loss', retransmissionTimeouts: late.backoffs });
    expect(late.timeouts).toBeGreaterThan(1);
    expect(late.lostBytes).toBeGreaterThan(5000);
    expect(late.lastAckReceivedMs).toBe(5000);
    script.sends({ seq: 1, ack: 1 + late.bytesSent });
    expect(info(script)).toMatchObject({ phase: 'open', bytesAcked: late.bytesSent, timeouts: 0 });
  });

  it('knows what SACK blocks and duplicates have said [RFC 2018 3] [RFC 2883 4]', () => {
    const script = synReceived({ settings: { sack: true }, options: { mss: 1000, sackOk: true } });
    script.advance(100);
    script.sends({ seq: 1, ack: 1 });
    script.write(9000);
    const sacks = (ack: number, ...edges: number[]) =>
      script.sends({ seq: 1, ack, options: { sack: edges.map((edge) => script.iss + edge) } });
    script.advance(100);
    sacks(1, 1001, 2001);
    expect(info(script)).toMatchObject({ phase: 'disorder', sackedBytes: 1000 });
    sacks(1, 1001, 5001);
    expect(info(script)).toMatchObject({ phase: 'recovery', sackedBytes: 4000 });
    sacks(9001, 1, 1001);
    expect(info(script)).toMatchObject({
      phase: 'open',
      duplicatesReported: 1,
      spuriousRecoveries: 1,
      reorderingSeen: true,
      sackedBytes: 0,
    });
  });

  it('counts what comes, in order, behind gaps and again', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abcde' });
    script.advance(7);
    script.sends({ seq: 11, data: 'klm' });
    script.sends({ seq: 21, data: 'uv' });
    expect(info(script)).toMatchObject({
      bytesReceived: 5,
      bytesRead: 0,
      unreadBytes: 5,
      outOfOrderBytes: 5,
      outOfOrderReceived: 2,
      segmentsReceived: 5,
      lastDataReceivedMs: 0,
      receiveWindow: 19_995,
      receiveBufferCapacity: 20_000,
    });
    script.advance(30);
    script.sends({ seq: 1, data: 'abcde' });
    script.conn.resume();
    script.turn();
    expect(info(script)).toMatchObject({
      bytesRead: 5,
      unreadBytes: 0,
      duplicatesReceived: 1,
      lastDataReceivedMs: 30,
    });
  });

  it('counts beyond 4 GiB, and after the end what was acknowledged', () => {
    const script = established();
    const long = 3 * 2 ** 32;
    script.conn.bytesWritten += long;
    script.conn.delivery.bytesRead += long;
    script.write(15_000);
    script.sends({ seq: 1, ack: 4001, data: 'abc' });
    const sums = {
      bytesWritten: long + 15_000,
      bytesAcked: long + 4000,
      bytesReceived: long + 3,
      bytesRead: long + 3,
    };
    expect(info(script)).toMatchObject(sums);
    script.sends({ seq: 4, ack: 4001, flags: 'R' });
    expect(info(script)).toMatchObject({ ...sums, state: 'CLOSED', bufferedBytes: 0 });
  });

  it('does not count a FIN, in either direction', () => {
    const script = closeWait();
    script.write('four');
    script.end();
    expect(info(script)).toMatchObject({ bytesSent: 4, bytesReceived: 0, unacknowledgedBytes: 5 });
    script.sends({ seq: 2, ack: 6 });
    expect(info(script)).toMatchObject({ state: 'CLOSED', bytesSent: 4, bytesAcked: 4 });
  });

  it('tells the rates: how fast it arrives, by whom that was limited, how fast it may leave', () => {
    const script = established({ settings: { congestionControl: cubic }, wnd: 65_000 });
    script.write(3000);
    script.advance(100);
    script.sends({ seq: 1, ack: 3001 });
    expect(info(script)).toMatchObject({ deliveryRate: 30_000, isAppLimited: true });
    // What leaves before the limit has been passed is still limited.
    script.write(1_000_000);
    for (const isAppLimited of [true, false]) {
      const { bytesAcked, unacknowledgedBytes } = info(script);
      script.advance(100);
      script.sends({ seq: 1, ack: 1 + bytesAcked + unacknowledgedBytes });
      expect(info(script)).toMatchObject({ deliveryRate: unacknowledgedBytes * 10, isAppLimited });
    }
    const { cwnd, srttMs, pacingRate } = info(script);
    // The round trip is rounded to a sixteenth of a millisecond there.
    expect(pacingRate / ((2 * cwnd * 1000) / srttMs)).toBeCloseTo(1, 2);
    expect(info(established({ settings: { congestionControl: bbr } })).pacingRate).toBeGreaterThan(
      1_000_000,
    );
  });

  it('tells the probes that nobody has answered: of the window, and of keep-alive', () => {
    const shut = established({ wnd: 0 });
    shut.write('hello');
    shut.advance(1000);
    expect(info(shut)).toMatchObject({ probes: 2, sendWindow: 0 });
    const idle = established({ settings: { keepAlive: true, keepAliveIdleMs: 1000 } });
    idle.advance(80_000);
    expect(info(idle).probes).toBe(2);
  });

  it('says that the window is reduced for an echoed mark until that is over [RFC 3168 6.1.2]', () => {
    const script = listening();
    script.sends({ seq: 0, flags: 'SEC', options: { mss: 1000 } });
    script.sends({ seq: 1, ack: 1 });
    script.write(20_000);
    expect(info(script)).toMatchObject({ ecn: true, phase: 'open' });
    script.sends({ seq: 1, ack: 1001, flags: 'EA' });
    expect(info(script).phase).toBe('cwr');
    script.sends({ seq: 1, ack: 9001 });
    expect(info(script).phase).toBe('cwr');
    script.sends({ seq: 1, ack: 10_001 });
    expect(info(script).phase).toBe('open');
  });

  it('is a copy, and takes nothing', () => {
    const script = established();
    const before = info(script);
    script.write(100);
    expect(before.bytesWritten).toBe(0);
    expect(script.conn.tally).toBe(null);
  });
});
