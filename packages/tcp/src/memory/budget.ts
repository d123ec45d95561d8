/**
 * How much memory the connections of one stack may hold, together: a count of what is lent to them,
 * and what follows when it grows. Measures come in this order, each at a share of the limit:
 *
 *   moderate  windows stop growing and are shrunk (never by moving an offered edge back), and
 *             `write` asks to wait earlier
 *   high      text beyond a gap is given up again, which RFC 2018, 8 permits
 *   full      no new connections, and no more text beyond a gap
 *   limit     text in order that nobody takes at once is refused, and so not acknowledged
 *
 * What strangers send stays below the limit. What the application writes is always taken, so only
 * an application that goes on after `write` has returned false can pass it.
 */

/** Shares of the limit at which the measures begin. */
const MODERATE_SHARE = 1 / 2;
const HIGH_SHARE = 3 / 4;
const FULL_SHARE = 7 / 8;

/** What one connection costs while it holds nothing: its objects on the heap. */
export const CONNECTION_COST = 2048;

/** How much of the limit is used; each level includes the measures of those before it. */
export type MemoryPressure = 'none' | 'moderate' | 'high' | 'full';

/** What the budget counts, in octets where nothing else is said. */
export interface MemoryCounters {
  /** Held by connections now: blocks of their buffers, and a flat cost for each connection. */
  memoryUsed: number;
  /** The most that was ever held. */
  memoryPeak: number;
  /** How often `memoryUsed` has risen to where windows have to shrink (Linux: TCPMemoryPressures). */
  memoryPressures: number;
  /** How often a connection has begun to offer a smaller window for lack of memory. */
  windowsShrunk: number;
  /** How often a connection has given up its text beyond a gap for lack of memory. */
  outOfOrderPruned: number;
  /** Segments whose text was refused for lack of memory, as if the network had lost them. */
  textRefused: number;
}

/** Holds text that can be given up: its peer keeps it until it is acknowledged. */
export interface Prunable {
  prune(): void;
}

/** The budget of one stack. */
export class MemoryBudget {
  readonly limit: number;
  readonly counters: MemoryCounters;
  readonly #moderateAt: number;
  readonly #highAt: number;
  readonly #fullAt: number;
  /** Who holds text beyond a gap, the one that has done so for longest first. */
  readonly #prunable = new Set<Prunable>();

  /** @throws RangeError for a limit that is not a positive number. */
  constructor(limit: number, counters: MemoryCounters) {
    if (!(limit > 0)) throw new RangeError('memoryLimit has to be positive');
    this.limit = limit;
    this.counters = counters;
    this.#moderateAt = limit * MODERATE_SHARE;
    this.#highAt = limit * HIGH_SHARE;
    this.#fullAt = limit * FULL_SHARE;
  }

  get pressure(): MemoryPressure {
    if (!this.isModerate) return 'none';
    if (!this.isHigh) return 'moderate';
    return this.isFull ? 'full' : 'high';
  }

  /** Whether windows have to shrink. */
  get isModerate(): boolean {
    return this.counters.memoryUsed >= this.#moderateAt;
  }

  /** Whether text beyond gaps has to go. */
  get isHigh(): boolean {
    return this.counters.memoryUsed >= this.#highAt;
  }

  /** Whether new connections have to be refused. */
  get isFull(): boolean {
    return this.counters.memoryUsed >= this.#fullAt;
  }

  /** Whether `length` octets more, in order, stay inside the limit. */
  hasRoomFor(length: number): boolean {
    return this.counters.memoryUsed + length <= this.limit;
  }

  /** Whether `length` octets more, beyond a gap, leave enough for what is in order. */
  hasRoomBeyondGap(length: number): boolean {
    return this.counters.memoryUsed + length <= this.#fullAt;
  }

  /** Counts memory that is lent. */
  take(octets: number): void {
    const { counters } = this;
    counters.memoryUsed += octets;
    if (counters.memoryUsed > counters.memoryPeak) counters.memoryPeak = counters.memoryUsed;
    if (
      counters.memoryUsed >= this.#moderateAt &&
      counters.memoryUsed - octets < this.#moderateAt
    ) {
      counters.memoryPressures++;
    }
  }

  /** Counts memory that has come back. */
  give(octets: number): void {
    this.counters.memoryUsed -= octets;
  }

  /** `holder` has text beyond a gap. */
  addPrunable(holder: Prunable): void {
    this.#prunable.add(holder);
  }

  /** `holder` has none any more. */
  removePrunable(holder: Prunable): void {
    this.#prunable.delete(holder);
  }

  /** Takes text beyond gaps away, from who has held it for longest on, until pressure is not high. */
  relieve(): void {
    for (const holder of this.#prunable) {
      if (!this.isHigh) return;
      holder.prune();
    }
  }
}
