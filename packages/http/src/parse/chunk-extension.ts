/**
 * What may stand behind a chunk size: extensions, which nobody here understands and which are ignored
 * (RFC 9112, 7.1.1). They are looked at byte by byte, so that no line end can hide in one.
 *
 * A request is held to the grammar. A response is not: servers pad the size with blanks, and write
 * what they like behind a semicolon; of the two ends of such a line there is no doubt.
 */

import { BLANK, CLASS, FIELD, QUOTED, TCHAR } from '../grammar/tokens.js';

const BEFORE_SEMICOLON = 0;
const BEFORE_NAME = 1;
const IN_NAME = 2;
const AFTER_NAME = 3;
const BEFORE_VALUE = 4;
const IN_VALUE = 5;
const IN_QUOTES = 6;
const BEHIND_BACKSLASH = 7;
const AFTER_QUOTES = 8;

/**
 * `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (RFC 9112, 7.1.1),
 * byte by byte. Checking what is ignored anyway keeps line ends from hiding in it.
 */
export class ChunkExtension {
  #state = BEFORE_SEMICOLON;

  begin(): void {
    this.#state = BEFORE_SEMICOLON;
  }

  /** Whether the extension may be over here. */
  get mayEnd(): boolean {
    return this.#state === IN_NAME || this.#state === IN_VALUE || this.#state === AFTER_QUOTES;
  }

  /** Takes a byte; false if it cannot stand here. */
  accepts(byte: number): boolean {
    const next = this.#next(byte, CLASS[byte]!);
    if (next < 0) return false;
    this.#state = next;
    return true;
  }

  #next(byte: number, bits: number): number {
    const blank = (bits & BLANK) !== 0;
    const token = (bits & TCHAR) !== 0;
    const semicolon = byte === 0x3b;
    switch (this.#state) {
      case BEFORE_SEMICOLON:
        return blank ? BEFORE_SEMICOLON : semicolon ? BEFORE_NAME : -1;
      case BEFORE_NAME:
        return blank ? BEFORE_NAME : token ? IN_NAME : -1;
      case IN_NAME:
        if (token) return IN_NAME;
        return blank ? AFTER_NAME : semicolon ? BEFORE_NAME : byte === 0x3d ? BEFORE_VALUE : -1;
      case AFTER_NAME:
        return blank ? AFTER_NAME : semicolon ? BEFORE_NAME : byte === 0x3d ? BEFORE_VALUE : -1;
      case BEFORE_VALUE:
        return blank ? BEFORE_VALUE : token ? IN_VALUE : byte === 0x22 ? IN_QUOTES : -1;
      case IN_VALUE:
        return token ? IN_VALUE : blank ? BEFORE_SEMICOLON : semicolon ? BEFORE_NAME : -1;
      case IN_QUOTES:
        if ((bits & QUOTED) !== 0) return IN_QUOTES;
        return byte === 0x5c ? BEHIND_BACKSLASH : byte === 0x22 ? AFTER_QUOTES : -1;
      case BEHIND_BACKSLASH:
        return (bits & QUOTED) !== 0 || byte === 0x5c || byte === 0x22 ? IN_QUOTES : -1;
      default:
        return blank ? BEFORE_SEMICOLON : semicolon ? BEFORE_NAME : -1;
    }
  }
}

/** `[ BWS ] [ ";" anything but a control character ]`: what clients read. */
export class LooseChunkExtension {
  #open = false;

  begin(): void {
    this.#open = false;
  }

  /** Whether the extension may be over here. */
  get mayEnd(): boolean {
    return true;
  }

  /** Takes a byte; false if it cannot stand here. */
  accepts(byte: number): boolean {
    if (byte === 0x3b) this.#open = true;
    return (CLASS[byte]! & (this.#open ? FIELD : BLANK)) !== 0;
  }
}
