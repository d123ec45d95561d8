/**
 * What a client says of content codings (RFC 9110, 12.5.3), and which of ours that means.
 *
 * A field that is there and empty wants none. One that is missing allows all, and is answered without
 * any: clients that do not speak of codings are those that know none.
 */

/** A member of the list: a coding, `identity` or `*`, and its weight in thousandths. */
const MEMBER = /^([!#$%&'*+.^_`|~\w-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i;

/** Members that are looked at; a list of thousands is no wish. */
const MOST_MEMBERS = 64;

/** The codings that a client takes, with their weights from 0 to 1. */
export class AcceptedCodings {
  readonly #weights = new Map<string, number>();

  /** @param field the value of Accept-Encoding; `null` without one. */
  constructor(field: string | null) {
    if (field === null) return;
    for (const member of field.split(',', MOST_MEMBERS)) {
      const match = MEMBER.exec(member.trim());
      if (match === null) continue;
      const name = match[1]!.toLowerCase();
      // RFC 9110, 8.4.1.3: x-gzip is gzip.
      this.#weights.set(name === 'x-gzip' ? 'gzip' : name, Number(match[2] ?? 1));
    }
  }

  /** The weight of a coding; 0 for one that is not accepted. */
  weightOf(coding: string): number {
    return this.#weights.get(coding) ?? this.#weights.get('*') ?? 0;
  }

  /** Whether content without a coding is acceptable: always, unless it is ruled out. */
  get takesIdentity(): boolean {
    return (this.#weights.get('identity') ?? this.#weights.get('*') ?? 1) > 0;
  }

  /**
   * The coding that the client likes best, of several the first; `null` when it likes content as it
   * is better than any, or takes none of them.
   */
  best<T extends string>(codings: readonly T[]): T | null {
    let chosen: T | null = null;
    // As it is: worth what the client says, and without a word less than any coding.
    let weight = this.#weights.get('identity') ?? 0;
    for (const coding of codings) {
      const mine = this.weightOf(coding);
      if (mine > 0 && (mine > weight || (chosen === null && mine === weight))) {
        chosen = coding;
        weight = mine;
      }
    }
    return chosen;
  }
}
