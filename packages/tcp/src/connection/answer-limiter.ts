/**
 * How often a connection answers what it refuses. RFC 9293, 3.10.7.4 and RFC 5961 answer with an
 * ACK, so that a true peer can put itself right; a stranger, an old duplicate or a peer that has lost
 * its place would be answered for ever, and two ends that have both lost it would answer each other
 * (RFC 5961, 7).
 *
 * The first of a kind is answered at once, then one every 500 ms, as Linux does it. A segment with
 * text or a FIN is excepted by its caller (`movesSequence`) where it is a repetition: it comes from a
 * timer of the peer, and the peer's recovery lives on the answer (RFC 2883). Deliberately absent: any
 * count that connections share. Whoever can watch one connection could read another's there
 * (CVE-2016-5696).
 */

import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';

/** What is answered. */
export const Answer = {
  /** A reset inside the window, not at its edge (RFC 5961, 3). */
  RESET: 0,
  /** A SYN (RFC 5961, 4), repeated ones in SYN-RECEIVED included. */
  SYN: 1,
  /** An ACK of what was never sent, or of long ago (RFC 5961, 5). */
  UNACCEPTABLE_ACK: 2,
  /** A sequence number outside of the window (RFC 9293, 3.10.7.4, first). */
  OUT_OF_WINDOW: 3,
  /** A timestamp that PAWS refuses (RFC 7323, 5.3, R1). */
  OLD_TIMESTAMP: 4,
} as const;

export type Answer = (typeof Answer)[keyof typeof Answer];

const KINDS = 5;

/** From one answer to the next of the same kind. */
export const ANSWER_INTERVAL_MS = 500;

/** Whether a segment takes sequence numbers without being a SYN: it is not part of a loop of ACKs. */
export const movesSequence = (seg: TcpHeader): boolean =>
  seg.len > 0 && (seg.flags & TcpFlag.SYN) === 0;

/** When one connection has given which answer; made for the first one. */
export class AnswerLimiter {
  readonly #answeredAt: number[] = new Array(KINDS).fill(Number.NEGATIVE_INFINITY);

  /** Whether one more answer of this kind may be given now; if so, it is taken as given. */
  allow(kind: Answer, now: number): boolean {
    if (now - this.#answeredAt[kind]! < ANSWER_INTERVAL_MS) return false;
    this.#answeredAt[kind] = now;
    return true;
  }
}
