/**
 * Sections that came before: most clients send the same field lines again and again, and comparing
 * bytes with those that were checked is several times as fast as checking them.
 *
 * A bounded number of sections of bounded length, for all connections together. Sections with lines by
 * which somebody could be recognised or impersonated are never kept, so that how fast a message is read
 * says nothing of such lines of others.
 */

import type { Limits } from '../grammar/limits.js';
import type { TextDecoder } from '../grammar/text-codec.js';
import { equalsIgnoringCase } from '../grammar/tokens.js';
import { type FieldSection, SPAN } from '../message/field-section.js';

const KEPT = 8;
const LONGEST_KEPT = 2048;

const LF = 0x0a;

/** Fields with secrets, by the length of their names. */
const SECRETS: readonly (string | undefined)[] = Object.assign(
  [],
  Object.fromEntries(
    ['cookie', 'set-cookie', 'authorization', 'proxy-authorization'].map((name) => [
      name.length,
      name,
    ]),
  ),
);

/** Keeps sections, those that come often in front. */
export class SectionCache {
  readonly #kept: FieldSection[] = [];
  /** Sections that came once, by their length: what never comes again is not worth more. */
  readonly #seen: (FieldSection | null)[] = new Array<null>(KEPT).fill(null);

  /** The kept section that `buf` has at `start`; `null` without one within the limits. */
  find(
    buf: Uint8Array,
    start: number,
    end: number,
    decode: TextDecoder,
    limits: Limits,
  ): FieldSection | null {
    const kept = this.#kept;
    let text = '';
    for (let at = 0; at < kept.length; at++) {
      const section = kept[at]!;
      const { length } = section.text;
      const stop = start + length;
      // Every section ends with an empty line: few others have one in the same place.
      if (stop > end || buf[stop - 1] !== LF || buf[stop - 3] !== LF) continue;
      if (text.length !== length) text = decode(buf, start, stop);
      if (text !== section.text) continue;
      if (length > limits.headerSection || section.size > limits.fieldCount) return null;
      if (at > 0) {
        kept[at] = kept[at - 1]!;
        kept[at - 1] = section;
      }
      return section;
    }
    return null;
  }

  /** Takes note of a section of a head that was accepted, and keeps it the second time. */
  note(section: FieldSection): void {
    const { length } = section.text;
    if (section.isKept || length > LONGEST_KEPT) return;
    const slot = length % KEPT;
    if (this.#seen[slot]?.text !== section.text) {
      this.#seen[slot] = section;
      return;
    }
    if (hasSecrets(section)) return;
    this.#seen[slot] = null;
    section.keep();
    // The last one is that which comes most rarely.
    if (this.#kept.length === KEPT) this.#kept.pop();
    this.#kept.push(section);
  }
}

function hasSecrets({ text, spans }: FieldSection): boolean {
  for (let at = 0; at < spans.length; at += SPAN) {
    const start = spans[at]!;
    const secret = SECRETS[spans[at + 1]! - start];
    if (secret !== undefined && equalsIgnoringCase(text, start, secret)) return true;
  }
  return false;
}
