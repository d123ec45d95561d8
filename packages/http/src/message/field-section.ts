/**
 * A section of field lines as it was received: its text, where names and values lie in it, and where
 * the few fields are that a connection needs itself. A parser has checked all of it; it never changes,
 * so that several messages with the same lines can share one.
 */

/** Fields whose meaning a connection needs; {@link FieldSection.lineOf} has the line of each. */
export const KNOWN_FIELDS = [
  'host',
  'expect',
  'upgrade',
  'connection',
  'content-length',
  'transfer-encoding',
] as const;

/** Index into {@link KNOWN_FIELDS}. */
export const Known = {
  Host: 0,
  Expect: 1,
  Upgrade: 2,
  Connection: 3,
  ContentLength: 4,
  TransferEncoding: 5,
} as const;

/** Numbers per field in a span list: start and end of the name, start and end of the value. */
export const SPAN = 4;

/** Field lines in the form in which they came. */
export class FieldSection {
  /** One character a byte. */
  readonly text: string;
  /** Four offsets into `text` per field: start and end of the name, start and end of the value. */
  readonly spans: readonly number[];
  /** First line of each known field; -1 without one. */
  readonly lineOf: readonly number[];
  /** A bit per known field that has more than one line. */
  readonly repeated: number;
  /** Names and values by turns, cut once; only of a section that others will share. */
  #lines: string[] | null = null;

  constructor(text: string, spans: readonly number[], lineOf: readonly number[], repeated: number) {
    this.text = text;
    this.spans = spans;
    this.lineOf = lineOf;
    this.repeated = repeated;
  }

  /** How many lines there are. */
  get size(): number {
    return this.spans.length / SPAN;
  }

  /** Whether this is kept for messages to come: one with it has passed every check. */
  get isKept(): boolean {
    return this.#lines !== null;
  }

  /** Prepares for being shared. */
  keep(): void {
    this.#lines = this.toLines();
  }

  nameAt(index: number): string {
    if (this.#lines !== null) return this.#lines[index * 2]!;
    return this.text.slice(this.spans[index * SPAN], this.spans[index * SPAN + 1]);
  }

  valueAt(index: number): string {
    if (this.#lines !== null) return this.#lines[index * 2 + 1]!;
    return this.text.slice(this.spans[index * SPAN + 2], this.spans[index * SPAN + 3]);
  }

  /** Whether a known field has more than one line. */
  isRepeated(known: number): boolean {
    return (this.repeated & (1 << known)) !== 0;
  }

  /** Names and values by turns, as a list of the caller's own. */
  toLines(): string[] {
    const lines: string[] = [];
    for (let at = 0; at < this.size; at++) lines.push(this.nameAt(at), this.valueAt(at));
    return lines;
  }
}
