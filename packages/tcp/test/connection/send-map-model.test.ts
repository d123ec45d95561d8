/**
 * The send map against the simplest thing that could do its work, an array with an entry an octet,
 * under any sequence of its operations. Joined records may know less than their octets did, in one
 * direction only: never older, never more certain.
 */

import type { Because } from '@netlayers/tcp';
import { type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { SendMap } from '../../src/connection/send-map.js';
import { RecordPool } from '../../src/memory/record-pool.js';
import { seq, seqAdd, seqDiff } from '../../src/wire/seq.js';
import { poolOf } from '../support/memory.js';

const NEW = 2 as Because;
const PROBE = 19 as Because;
const LOST = 18 as Because;

interface Octet {
  mark: 'sent' | 'sacked' | 'lost';
  times: number;
  sentAt: number;
}

/** A map and its model, which do the same. */
class Twins {
  readonly map: SendMap;
  octets: Octet[] = [];
  una: number;
  now = 0;
  readonly #random: SeededRandom;
  #state = { delivered: 0, deliveredAt: 0, firstSentAt: 0, isAppLimited: false, lost: 0 };

  constructor(map: SendMap, una: number, random: SeededRandom) {
    this.map = map;
    this.una = una;
    this.#random = random;
  }

  append(length: number): void {
    const { now } = this;
    const start = seq(this.una + this.octets.length);
    const because = this.#random.below(8) === 0 ? PROBE : NEW;
    this.map.append(start, seqAdd(start, length), because, now, length, this.#state);
    for (let i = 0; i < length; i++) {
      this.octets.push({ mark: 'sent', times: 0, sentAt: now });
    }
  }

  /** Sends a record again, the last one with new text behind it. */
  repeat(index: number): void {
    const { map } = this;
    if (map.isSacked(index)) return;
    const octets = this.#octetsOf(index);
    map.repeat(index, LOST, this.now, 0, this.#state);
    for (const octet of octets) {
      octet.mark = 'sent';
      octet.times++;
      octet.sentAt = this.now;
    }
    if (index < map.size - 1 || this.#random.below(2) === 0) return;
    map.extendLast(seqAdd(map.end(index), 3));
    for (let i = 0; i < 3; i++) this.octets.push({ ...octets[0]!, times: 1 });
  }

  #octetsOf(index: number): Octet[] {
    const from = seqDiff(this.map.start(index), seq(this.una));
    return this.octets.slice(from, from + this.map.length(index));
  }

  mark(index: number, as: 'sacked' | 'lost'): void {
    const { map } = this;
    if (map.isSacked(index)) return;
    const octets = this.#octetsOf(index);
    const end = map.end(index);
    const joined = as === 'sacked' ? map.markSacked(index) : map.markLost(index, LOST);
    for (const octet of octets) octet.mark = as;
    // The record that it is a part of now.
    must(seqDiff(map.end(joined), end) >= 0, 'it is part of another record');
    must(as === 'sacked' ? map.isSacked(joined) : map.isLost(joined), `it is not ${as}`);
  }

  cut(index: number): void {
    const length = this.map.length(index);
    if (length < 2) return;
    const { map } = this;
    map.cut(index, seqAdd(map.start(index), 1 + this.#random.below(length - 1)));
  }

  removeFirst(): void {
    const { map } = this;
    const length = map.length(0);
    // All of it, or a part.
    const gone = this.#random.below(2) === 0 ? length : 1 + this.#random.below(length);
    map.removeUntil(seqAdd(map.start(0), gone));
    this.octets.splice(0, gone);
    this.una += gone;
  }

  forget(mark: 'sacked' | 'lost'): void {
    if (mark === 'sacked') this.map.forgetSacked();
    else this.map.forgetLost();
    for (const octet of this.octets) if (octet.mark === mark) octet.mark = 'sent';
  }

  /** Time passes, or something is delivered: what leaves then differs. */
  pass(): void {
    if (this.#random.below(2) === 0) this.now += 1 + this.#random.below(3);
    else this.#state = { ...this.#state, delivered: this.#state.delivered + 10 };
  }

  /** Throws where the two differ. */
  check(): void {
    const { map, octets } = this;
    let at = 0;
    for (let index = 0; index < map.size; index++) {
      const length = map.length(index);
      const mark = map.isSacked(index) ? 'sacked' : map.isLost(index) ? 'lost' : 'sent';
      must(map.start(index) === seq(this.una + at) && length > 0, `record ${index} lies elsewhere`);
      for (const octet of octets.slice(at, at + length)) {
        must(octet.mark === mark, `record ${index} is not ${octet.mark}`);
        must(map.timesRepeated(index) >= octet.times, `record ${index} was repeated more often`);
        must(map.sentAt(index) >= octet.sentAt, `record ${index} left later`);
        // Karn's rule: whoever is timed left once, at that moment.
        const isSure = octet.times === 0 && octet.sentAt === map.sentAt(index);
        must(isSure || !map.isTimed(index), `record ${index} is not to be timed`);
      }
      at += length;
    }
    must(at === octets.length, 'the map ends elsewhere');
    const sum = (mark: string) => octets.filter((octet) => octet.mark === mark).length;
    must(map.sackedBytes === sum('sacked') && map.lostBytes === sum('lost'), 'wrong sums');
    must(map.nextLost() < map.size === sum('lost') > 0, 'the next lost one is not found');
    if (octets.length === 0) return;
    const somewhere = seq(this.una + this.#random.below(octets.length));
    const found = map.find(somewhere);
    const isInside =
      seqDiff(map.start(found), somewhere) <= 0 && seqDiff(map.end(found), somewhere) > 0;
    must(isInside, 'another record is found');
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function live(seed: number): void {
  const random = seededRandom(seed);
  const pool = poolOf();
  const una = [0, 2 ** 31 - 200, 2 ** 32 - 200][seed % 3]!;
  const twins = new Twins(new SendMap(new RecordPool(pool.budget)), una, random);
  const { map } = twins;
  for (let step = 0; step < 400; step++) {
    const anyone = map.size === 0 ? 0 : random.below(map.size);
    const kind = map.size === 0 ? 0 : twins.octets.length > 200 ? 3 : random.below(14);
    if (kind <= 2) twins.append(1 + random.below(12));
    else if (kind <= 4) twins.removeFirst();
    else if (kind <= 6) twins.cut(random.below(3) === 0 ? 0 : anyone);
    else if (kind <= 8) twins.mark(anyone, 'sacked');
    else if (kind <= 10) twins.mark(anyone, 'lost');
    else if (kind === 11) twins.repeat(random.below(3) === 0 ? map.size - 1 : anyone);
    else if (kind === 12) twins.pass();
    else if (random.below(4) === 0) twins.forget(random.below(2) === 0 ? 'sacked' : 'lost');
    twins.check();
  }
  map.clear();
  expect([map.size, map.sackedBytes, map.lostBytes]).toEqual([0, 0, 0]);
}

describe('SendMap', () => {
  it('knows of every octet what an array would know', () => {
    for (let seed = 1; seed <= 120; seed++) {
      try {
        live(seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error}`, { cause: error });
      }
    }
  });
});
