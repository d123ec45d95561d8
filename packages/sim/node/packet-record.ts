/**
 * What two runs of a seed are compared by: each packet that was put on a link, when, between whom, and
 * what became of it.
 */

import { createHash, type Hash } from 'node:crypto';
import { hexdump } from '@netlayers/bytes';
import type { WireEvent } from '../src/index.js';

/** Packets in a row, as one hash for all of them and one line for each. */
export class PacketRecord {
  readonly #hash: Hash = createHash('sha256');
  readonly #shape: Hash = createHash('sha256');
  readonly #keepsLines: boolean;
  readonly lines: string[] = [];
  count = 0;

  /** @param keepsLines whether single packets are to be compared. */
  constructor(keepsLines: boolean) {
    this.#keepsLines = keepsLines;
  }

  handlePacket(event: Readonly<WireEvent>): void {
    this.count++;
    const line = lineOf(event);
    const bytes = event.buf.subarray(event.start, event.end);
    this.#hash.update(line).update(bytes);
    this.#shape.update(line);
    if (this.#keepsLines) this.lines.push(`${line}\n${hexdump(bytes)}`);
  }

  /** A hash of every packet so far. */
  digest(): string {
    return textOf(this.#hash);
  }

  /** The same without what is in packets: their times, ends, sizes and fates. */
  shapeDigest(): string {
    return textOf(this.#shape);
  }
}

const textOf = (hash: Hash): string => hash.copy().digest('hex').slice(0, 32);

const lineOf = ({ atMs, from, to, fate, start, end }: Readonly<WireEvent>): string =>
  `${atMs.toFixed(4)} ms ${from} > ${to}, ${end - start} octets, ${fate}`;

/** Says where two runs differ first; `null` when they are the same. */
export function firstDifference(one: PacketRecord, other: PacketRecord): string | null {
  const length = Math.max(one.lines.length, other.lines.length);
  for (let at = 0; at < length; at++) {
    const [first, second] = [one.lines[at], other.lines[at]];
    if (first === second) continue;
    return `packet ${at + 1} of the first run: ${first ?? 'none'}\nof the second run: ${second ?? 'none'}`;
  }
  return null;
}
