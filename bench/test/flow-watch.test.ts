import { Because, createTcpHeader, HeldBy, seq, TcpFlag, type TcpObserver } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { FlowWatch } from '../src/grid/flow-watch.js';

type View = Parameters<NonNullable<TcpObserver['senderHeld']>>[0];

const RTO = 200;
const RTT = 50;
const TEXT = 100;

/** A watch on a sender that is told what it does; sequence numbers are in segments of 100 octets. */
function sender() {
  let now = 0;
  const snd = { una: seq(0), nxt: seq(0), rtt: { rtoMs: RTO } };
  const view = { snd } as unknown as View;
  const watch = new FlowWatch({ now: () => now, longestRttMs: () => RTT });
  return {
    watch,
    snd,
    wait(ms: number) {
      now += ms;
    },
    sends(segment: number, because: Because = Because.NEW_DATA) {
      const header = createTcpHeader();
      Object.assign(header, { seq: seq(segment * TEXT), flags: TcpFlag.ACK, dataEnd: TEXT });
      watch.segmentSent(view, header, new Uint8Array(TEXT), because);
      snd.nxt = seq(Math.max(snd.nxt, (segment + 1) * TEXT));
    },
    acknowledged(segments: number) {
      snd.una = seq(segments * TEXT);
      watch.segmentReceived(view);
    },
    isHeld(by: HeldBy) {
      watch.senderHeld(view, by);
    },
  };
}

describe('a watch on a sender', () => {
  it('finds a silence that is longer than RTO and RTT while something is in flight', () => {
    const it = sender();
    it.sends(0);
    it.isHeld(HeldBy.NOTHING_TO_SEND);
    it.wait(RTO + RTT + 10);
    it.sends(0, Because.RETRANSMISSION_TIMEOUT);
    expect(it.watch.silences).toEqual([{ atMs: 0, lastedMs: 260, allowedMs: 251 }]);
  });

  it('allows what the timer allows, back-off included', () => {
    const it = sender();
    it.sends(0);
    it.wait(RTO);
    it.snd.rtt.rtoMs = 2 * RTO;
    it.sends(0, Because.RETRANSMISSION_TIMEOUT);
    it.wait(2 * RTO);
    it.sends(0, Because.RETRANSMISSION_TIMEOUT);
    expect(it.watch.silences).toEqual([]);
  });

  it('finds a sender that stops although its windows are open', () => {
    const it = sender();
    it.sends(0);
    it.isHeld(HeldBy.CONGESTION_WINDOW);
    it.wait(20);
    it.acknowledged(1);
    it.isHeld(HeldBy.CONGESTION_WINDOW);
    it.wait(300);
    it.sends(1);
    expect(it.watch.silences).toEqual([{ atMs: 20, lastedMs: 300, allowedMs: 251 }]);
  });

  it('judges a silence by the RTO of before the ACK that ended it', () => {
    const it = sender();
    it.snd.rtt.rtoMs = 1000;
    it.sends(0);
    it.wait(900);
    it.snd.rtt.rtoMs = RTO;
    it.acknowledged(1);
    expect(it.watch.silences).toEqual([]);
  });

  it('is content with a sender that has nothing to send, or no window', () => {
    for (const by of [HeldBy.NOTHING_TO_SEND, HeldBy.PEER_WINDOW]) {
      const it = sender();
      it.sends(0);
      it.acknowledged(1);
      it.isHeld(by);
      it.wait(60_000);
      it.sends(1);
      expect(it.watch.silences).toEqual([]);
    }
  });

  it('counts what is sent again, and probes apart', () => {
    const it = sender();
    it.sends(0);
    it.sends(1);
    expect(it.watch.repeated).toBe(0);
    it.sends(0, Because.LOST);
    expect(it.watch.repeated).toBe(1);
    it.sends(1, Because.TAIL_LOSS_PROBE);
    it.sends(1, Because.WINDOW_PROBE);
    expect(it.watch).toMatchObject({ repeated: 1, probed: 1 });
  });
});
