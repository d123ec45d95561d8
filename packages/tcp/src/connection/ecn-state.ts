/**
 * Explicit congestion notification of one connection (RFC 3168, 6.1): what was agreed by the SYNs,
 * what has to be echoed, and which marks of ours were answered. Data only; `sending/emit.ts` writes
 * the bits, `arrival/ecn.ts` reads them.
 */

import { type Seq, seq } from '../wire/seq.js';

/** The two ECN bits of the IP header (RFC 3168, 5). */
export const EcnCodepoint = {
  NOT_ECT: 0,
  ECT_1: 1,
  ECT_0: 2,
  CE: 3,
} as const;

/** The bits of a TOS octet that are ECN's. */
export const ECN_MASK = 3;

/** ECN of one connection. */
export class EcnState {
  /** What we would like until the SYNs have met, then whether it is agreed. */
  isEnabled: boolean;
  /** Our SYN asks for it; the first time only (RFC 3168, 6.1.1.1). */
  isRequested: boolean;
  /** A mark was received: every ACK says so until the peer has reacted (ECN-Echo). */
  echoDue = false;
  /** The window was reduced: the next new text says so (CWR). */
  reducedDue = false;
  /** What has to be acknowledged before the next echo counts: once a window (RFC 3168, 6.1.2). */
  reactUntil: Seq = seq(0);
  isReacting = false;

  constructor(isWanted: boolean, isRequested: boolean) {
    this.isEnabled = isWanted;
    this.isRequested = isRequested;
  }
}

/** That of every connection without ECN: nothing is ever written to it. */
export const NO_ECN = new EcnState(false, false);
