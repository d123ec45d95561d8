/**
 * How long virtual time waits for the real world without having been asked to: while the host says
 * that a file is being read, and before a deadlock is called one.
 *
 * First turns of the host's loop, which cost microseconds, then pauses. What the host tells is waited
 * for with patience, since it ends by itself; but not for ever, since it may be a pipe that nobody
 * writes to. What it does not tell, a module that a test runner loads by messages, has a short grace.
 */

import { hasChildProcess, hasPendingRequest, watchUnlistedRequests } from '@netlayers/host';

/** Turns of the loop before the first pause. */
const TURNS = 200;
/** Length of a pause in ms; a host may make it a little longer. */
const PAUSE_MS = 1;
/** Pauses with nothing in sight before a deadlock is called one. */
const GRACE = 1_000;
/** Pauses for files, and before a deadlock for child processes too. */
const LONGEST_REQUEST = 5_000;
const LONGEST_PROCESS = 30_000;

/** What is to be done: go on, or come back after a turn of the loop (0) or some ms. */
export type Wait = 'go on' | number;

/** The patience of one driver. */
export class RealWork {
  #turns = 0;
  #pauses = 0;
  #gaveUp = false;

  constructor() {
    watchUnlistedRequests();
  }

  /** Asked before time moves on: whether a file holds it. */
  beforeMove(): Wait {
    if (!this.#gaveUp && hasPendingRequest()) {
      if (this.#pauses < LONGEST_REQUEST) return this.#wait();
      // Whatever that is, it does not end.
      this.#gaveUp = true;
    }
    this.#turns = 0;
    this.#pauses = 0;
    return 'go on';
  }

  /** Asked when nothing is left to happen: whether something real may still come. */
  beforeDeadlock(): Wait {
    let longest = GRACE;
    if (this.#turns >= TURNS) {
      if (hasChildProcess()) longest = LONGEST_PROCESS;
      else if (hasPendingRequest()) longest = LONGEST_REQUEST;
    }
    if (this.#pauses < longest) return this.#wait();
    this.#turns = 0;
    this.#pauses = 0;
    return 'go on';
  }

  #wait(): Wait {
    if (this.#turns++ < TURNS) return 0;
    this.#pauses++;
    return PAUSE_MS;
  }
}
