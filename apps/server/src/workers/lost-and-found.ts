/**
 * The primary's side of packets that came to the wrong worker: asks every other one, and gives back to the
 * first what none of them has.
 *
 * A worker that does not answer within a second may be the one that has it: then nobody answers, and the
 * peer sends again. So no connection is reset because its worker was busy.
 */

import type { StrayPacket, ToWorker } from './messages.js';

/** Who is asked. */
export interface Asked {
  tell(message: ToWorker): void;
}

interface Question {
  readonly from: Asked;
  readonly packets: readonly StrayPacket[];
  readonly taken: boolean[];
  /** Who has not answered yet. */
  readonly waiting: Set<Asked>;
  readonly askedAt: number;
}

const PATIENCE_MS = 1000;

/** Finds the owners of packets. */
export class LostAndFound {
  /** In the order in which they were asked. */
  readonly #questions = new Map<number, Question>();
  readonly #now: () => number;
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Asks about packets that `from` has no connection for. */
  ask(from: Asked, packets: readonly StrayPacket[], others: readonly Asked[]): void {
    this.#forgetOld();
    const id = ++this.#lastId;
    const taken = packets.map(() => false);
    const question = { from, packets, taken, waiting: new Set(others), askedAt: this.#now() };
    this.#questions.set(id, question);
    for (const other of others) other.tell({ kind: 'claim', id, packets });
    this.#settle(id, question);
  }

  /** Takes an answer. */
  handleAnswer(by: Asked, id: number, taken: readonly boolean[]): void {
    const question = this.#questions.get(id);
    if (question === undefined || !question.waiting.delete(by)) return;
    for (const [at, isTaken] of taken.entries()) if (isTaken) question.taken[at] = true;
    this.#settle(id, question);
  }

  /** Waits no longer for one that has died; its connections have died with it. */
  handleDeath(of: Asked): void {
    for (const [id, question] of [...this.#questions]) {
      if (question.from === of) this.#questions.delete(id);
      else if (question.waiting.delete(of)) this.#settle(id, question);
    }
  }

  #settle(id: number, { from, packets, taken, waiting }: Question): void {
    if (waiting.size > 0) return;
    this.#questions.delete(id);
    const orphans = packets.filter((_, at) => !taken[at]);
    if (orphans.length > 0) from.tell({ kind: 'orphans', packets: orphans });
  }

  #forgetOld(): void {
    const limit = this.#now() - PATIENCE_MS;
    for (const [id, { askedAt }] of this.#questions) {
      if (askedAt > limit) return;
      this.#questions.delete(id);
    }
  }
}
