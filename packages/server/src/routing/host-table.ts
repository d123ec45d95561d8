/**
 * Which of several hosts a request is for (RFC 9110, 7.2): names, and `*.` for whatever is below one.
 */

/** What belongs to hosts. */
export class HostTable<T> {
  readonly #names = new Map<string, T>();
  /** By the name behind `*.`. */
  readonly #below = new Map<string, T>();

  get size(): number {
    return this.#names.size + this.#below.size;
  }

  /** @throws TypeError for a name that is taken or empty. */
  add(pattern: string, value: T): void {
    const isWild = pattern.startsWith('*.');
    const name = hostOf(isWild ? pattern.slice(2) : pattern);
    const table = isWild ? this.#below : this.#names;
    if (name === '' || name.includes('*'))
      throw new TypeError(`not the name of a host: ${pattern}`);
    if (table.has(name)) throw new TypeError(`The host ${pattern} has an application already`);
    table.set(name, value);
  }

  /** What belongs to `host[:port]`: by its name, else by the longest name that it is below. */
  find(authority: string): T | null {
    const host = hostOf(authority);
    const exact = this.#names.get(host);
    if (exact !== undefined) return exact;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const found = this.#below.get(host.slice(dot + 1));
      if (found !== undefined) return found;
    }
    return null;
  }
}

/** The name without port, final dot and case. */
const hostOf = (authority: string): string =>
  authority.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
