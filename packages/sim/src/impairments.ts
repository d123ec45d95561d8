/**
 * What a link does to packets, as numbers. Each direction of a link has its own.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';

/** Which way between two nodes; both if it is not said. */
export type LinkWay = 'there' | 'back';

/** Loss in bursts (Gilbert's model): every packet inside of a burst is lost. */
export interface BurstLoss {
  /** That a packet begins a burst. */
  readonly probability: number;
  /** That a burst ends behind a packet. */
  readonly endProbability: number;
  /** After this time a burst ends in any case, in ms. @default 50 */
  readonly longestMs?: number;
}

/** Packets that come late, so that later ones overtake them. */
export interface Reordering {
  readonly probability: number;
  /** How much later, in ms. */
  readonly extraMs: number;
}

/** What happens to the packets of one direction. Probabilities are 0 to 1. */
export interface Impairments {
  /** From the last bit sent to the last bit received, in ms. @default 0 */
  readonly delayMs?: number;
  /** Added to the delay, uniformly from 0 to this; it keeps packets in order. @default 0 */
  readonly jitterMs?: number;
  /** @default 0 */
  readonly loss?: number;
  /** @default none */
  readonly burstLoss?: BurstLoss;
  /** That a packet arrives twice. @default 0 */
  readonly duplicate?: number;
  /** @default none */
  readonly reorder?: Reordering;
  /** That one bit of a packet, anywhere in it, arrives flipped. @default 0 */
  readonly corrupt?: number;
  /** @default no limit: packets do not queue */
  readonly rateBitsPerSecond?: number;
  /** Packets that wait for the rate at most; the rest is dropped at the tail. @default 1000 */
  readonly queuePackets?: number;
  /** Bytes that wait for the rate at most. @default no limit */
  readonly queueBytes?: number;
  /**
   * Bytes that may wait for the rate before packets that allow it are marked instead (RFC 3168:
   * ECT becomes CE). @default never
   */
  readonly markBytes?: number;
  /**
   * Drops the packets for which it returns true; the `index` counts the packets of this direction
   * from 0. @default none
   */
  readonly drop?: ((buf: Uint8Array, start: number, end: number, index: number) => boolean) | null;
}

/** Impairments with every default filled in. */
export type ResolvedImpairments = Required<Omit<Impairments, 'burstLoss'>> & {
  readonly burstLoss: Required<BurstLoss>;
};

/** Names of what a link does. */
export const IMPAIRMENTS: OptionNames<Impairments> = {
  delayMs: 'optional',
  jitterMs: 'optional',
  loss: 'optional',
  burstLoss: 'optional',
  duplicate: 'optional',
  reorder: 'optional',
  corrupt: 'optional',
  rateBitsPerSecond: 'optional',
  queuePackets: 'optional',
  queueBytes: 'optional',
  markBytes: 'optional',
  drop: 'optional',
};

const BURST_LOSS: OptionNames<BurstLoss> = {
  probability: 'needed',
  endProbability: 'needed',
  longestMs: 'optional',
};

const REORDERING: OptionNames<Reordering> = { probability: 'needed', extraMs: 'needed' };

const WAYS: readonly unknown[] = [undefined, 'there', 'back'];

const NONE: ResolvedImpairments = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  burstLoss: { probability: 0, endProbability: 1, longestMs: 50 },
  duplicate: 0,
  reorder: { probability: 0, extraMs: 0 },
  corrupt: 0,
  rateBitsPerSecond: Number.POSITIVE_INFINITY,
  queuePackets: 1000,
  queueBytes: Number.POSITIVE_INFINITY,
  markBytes: Number.POSITIVE_INFINITY,
  drop: null,
};

/**
 * Fills in what is not given from `base`.
 *
 * @throws TypeError for an unknown name; RangeError for a probability outside of 0 to 1, a negative
 *   time, a rate of nothing.
 */
export function resolveImpairments(
  given: Impairments,
  base: ResolvedImpairments = NONE,
): ResolvedImpairments {
  checkImpairments('a link', given);
  const wanted = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Impairments;
  const burstLoss = { ...base.burstLoss, ...wanted.burstLoss };
  const resolved = { ...base, ...wanted, burstLoss };
  const { reorder } = resolved;
  checkProbability('loss', resolved.loss);
  checkProbability('duplicate', resolved.duplicate);
  checkProbability('corrupt', resolved.corrupt);
  checkProbability('reorder.probability', reorder.probability);
  checkProbability('burstLoss.probability', burstLoss.probability);
  checkProbability('burstLoss.endProbability', burstLoss.endProbability);
  checkAtLeastZero('delayMs', resolved.delayMs);
  checkAtLeastZero('jitterMs', resolved.jitterMs);
  checkAtLeastZero('reorder.extraMs', reorder.extraMs);
  checkAtLeastZero('burstLoss.longestMs', burstLoss.longestMs);
  checkAtLeast('rateBitsPerSecond', resolved.rateBitsPerSecond, Number.MIN_VALUE);
  checkAtLeast('queuePackets', resolved.queuePackets, 1);
  checkAtLeast('queueBytes', resolved.queueBytes, 1);
  checkAtLeast('markBytes', resolved.markBytes, 0);
  return resolved;
}

/** A link with a misspelt loss loses nothing, and tests nothing. @throws TypeError for an unknown name, or a number in place of what needs more than one. */
export function checkImpairments(what: string, given: Impairments): void {
  checkOptions(what, given, IMPAIRMENTS);
  const { burstLoss, reorder } = given;
  if (burstLoss !== undefined) {
    checkShape('burstLoss', burstLoss, '{ probability, endProbability, longestMs? }');
    checkOptions('burstLoss', burstLoss, BURST_LOSS);
  }
  if (reorder === undefined) return;
  checkShape('reorder', reorder, '{ probability, extraMs }');
  checkOptions('reorder', reorder, REORDERING);
}

/** @throws TypeError for what is no way between two nodes. */
export function checkWay(way: LinkWay | undefined): void {
  if (WAYS.includes(way)) return;
  throw new TypeError(`a way is 'there' or 'back', or left out for both, not ${String(way)}`);
}

function checkShape(name: string, value: unknown, shape: string): void {
  if (typeof value === 'object' && value !== null) return;
  throw new TypeError(`${name} is ${shape}, not ${String(value)}`);
}

// Numbers that come as text pass comparisons, and are added to others as text.
const isNumber = (value: unknown): value is number => typeof value === 'number';

function checkProbability(name: string, value: number): void {
  if (isNumber(value) && value >= 0 && value <= 1) return;
  throw new RangeError(`${name} is 0 to 1, not ${value}`);
}

function checkAtLeastZero(name: string, value: number): void {
  if (isNumber(value) && value >= 0 && value < Number.POSITIVE_INFINITY) return;
  throw new RangeError(`${name} is a number of ms from 0 on, not ${value}`);
}

function checkAtLeast(name: string, value: number, least: number): void {
  if (isNumber(value) && value >= least) return;
  throw new RangeError(
    `${name} is ${least < 1 && least > 0 ? 'above 0' : `at least ${least}`}, not ${value}`,
  );
}
