/**
 * A sender that repeats, overlaps, overtakes and overruns the window at random, to an application
 * that pauses and a stack short of memory: what is delivered is what was sent, in order and once;
 * what is acknowledged or reported by SACK has come; and everything arrives once it is sent in order.
 */

import { type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { type Script, synReceived } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const SEEDS = 150;
const STEPS = 150;
const LENGTH = 60_000;
const STARTS = [5000, 2 ** 31 - 20_000, 2 ** 32 - 20_000];
const DATA = pattern(LENGTH);

class OddSender {
  readonly script: Script;
  readonly #random: SeededRandom;
  /** How often each octet was sent. */
  readonly #sent = new Uint16Array(LENGTH + 2);
  #tsval = 7;
  /** Everything before it was acknowledged; 1 is the first octet. */
  acked = 1;
  wnd = 0;

  constructor(script: Script, random: SeededRandom) {
    this.script = script;
    this.#random = random;
  }

  /** Sends `[from, to)`, and the FIN if it ends behind the last octet. Returns where the text begins. */
  send(from: number, to: number): number {
    const { script } = this;
    const start = Math.max(1, Math.min(from, LENGTH + 1));
    const end = Math.max(start, Math.min(to, LENGTH + 1));
    const hasFin = to > LENGTH + 1;
    for (let at = start; at < (hasFin ? LENGTH + 2 : end); at++) this.#sent[at]!++;
    script.inject(
      script.encode({
        seq: start,
        flags: hasFin ? 'FA' : 'A',
        data: DATA.subarray(start - 1, end - 1),
        ...(script.conn.timestampsEnabled ? { options: { ts: [++this.#tsval, 0] as const } } : {}),
      }),
    );
    return start;
  }

  /** Looks at what was answered. */
  listen(): void {
    for (const { flags, ack, wnd, sack } of this.script.take()) {
      if (flags.includes('R')) throw new Error('reset');
      if (ack < this.acked) throw new Error(`ACK ${ack} behind ${this.acked}`);
      this.#mustHaveSent(this.acked, ack, 1);
      this.acked = ack;
      this.wnd = wnd;
      for (let at = 0; at < sack.length; at += 2) {
        const [left, right] = [sack[at]!, sack[at + 1]!];
        const isTwice = at === 0 && isDuplicate(ack, sack);
        if (!isTwice && (left <= ack || right <= left))
          throw new Error(`SACK ${left} at ACK ${ack}`);
        this.#mustHaveSent(left, right, isTwice ? 2 : 1);
      }
    }
  }

  #mustHaveSent(from: number, to: number, times: number): void {
    for (let at = from; at < to; at++) {
      if (this.#sent[at]! < times) throw new Error(`${at} not sent ${times} times`);
    }
  }

  /** RFC 2018, 4: the first block has the segment that has asked for the ACK. */
  overtake(): void {
    const { script } = this;
    script.turn();
    this.listen();
    const before = script.conn.rcv.ranges?.size ?? 0;
    const from = this.send(this.acked + 1 + this.#random.below(5000), this.acked + 7000);
    script.turn();
    const [first] = script.ip.sent.length === 1 ? script.ip.sent : [];
    if ((script.conn.rcv.ranges?.size ?? 0) <= before || !first || !script.conn.sackEnabled) return;
    const ack = (first.header.ack - script.irs) | 0;
    const { sackEdges, sackCount } = first.header;
    const edges = [...sackEdges.subarray(0, 2 * sackCount)].map((edge) => (edge - script.irs) | 0);
    const [left, right] = isDuplicate(ack, edges) ? edges.slice(2) : edges;
    if (left! > from || right! <= from)
      throw new Error(`first block ${left}-${right}, not ${from}`);
  }

  step(): void {
    const { script, acked } = this;
    const random = this.#random;
    const { conn } = script;
    const size = 1 + random.below(1500);
    switch (random.below(9)) {
      case 0:
        if (random.below(2) === 0) conn.pause();
        else conn.resume();
        break;
      case 1:
        script.advance(random.below(400));
        break;
      case 2:
        this.overtake();
        break;
      case 3:
        this.send(acked - random.below(3000), acked + random.below(3000));
        break;
      case 4:
        this.send(acked + random.below(30_000), acked + random.below(40_000));
        break;
      case 5:
        if (random.below(10) === 0) this.send(LENGTH + 1, LENGTH + 2);
        break;
      default:
        this.send(acked, acked + size);
    }
    if (random.below(2) === 0) script.turn();
    this.listen();
  }
}

/** RFC 2883, 4: whether the first block is of what was acknowledged, or lies in the second one. */
function isDuplicate(ack: number, [left, right, left2, right2]: readonly number[]): boolean {
  if (right! <= ack) return true;
  return left2 !== undefined && left2 <= left! && right! <= right2!;
}

function run(seed: number): void {
  const random = seededRandom(seed);
  const sack = random.below(3) > 0;
  const timestamps = random.below(2) === 0;
  const script = synReceived({
    irs: STARTS[seed % STARTS.length]!,
    settings: { sack, timestamps, receiveBuffer: [2000, 20_000, 65_000][random.below(3)]! },
    options: { mss: 1000, sackOk: sack, ...(timestamps ? { ts: [7, 0] as const } : {}) },
    ...(random.below(3) === 0 ? { tcp: { memoryLimit: 40_000 } } : {}),
  });
  const sender = new OddSender(script, random);
  sender.send(1, 1);
  script.turn();
  for (let i = 0; i < STEPS; i++) sender.step();
  for (let turns = 0; script.conn.state !== 'CLOSE-WAIT'; turns++) {
    if (turns > 2000) throw new Error(`${sender.acked} of ${LENGTH}`);
    script.conn.resume();
    script.turn();
    sender.listen();
    const isLast = sender.acked + 900 > LENGTH + 1;
    sender.send(sender.acked, isLast ? LENGTH + 2 : sender.acked + 900);
    script.advance(20);
  }
  script.conn.resume();
  script.turn();
  expect(Buffer.from(script.received).equals(Buffer.from(DATA))).toBe(true);
  expect(script.events.at(-1)).toBe('end');
}

describe('a sender in disorder', () => {
  it('is heard in order, once, and told the truth [RFC 9293 3.10.7.4] [RFC 2018 4]', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        run(seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error}`, { cause: error });
      }
    }
  });
});
