/**
 * The content of a response on its way through: one piece at a time, and asked for only when the
 * client has room for it. Tells once how it ended.
 *
 * Written out and not a generator: one that was never begun would not tell.
 */

/** How content ended: `left` is the client's doing. */
export type ContentEnd =
  | { readonly type: 'whole' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'left' };

/** Passes content on. */
export class PassedContent implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: AsyncIterator<Uint8Array>;
  #tell: ((end: ContentEnd) => void) | null;

  /** @param tell how it ended; before the reader learns of it. */
  constructor(content: AsyncIterable<Uint8Array>, tell: (end: ContentEnd) => void) {
    this.#source = content[Symbol.asyncIterator]();
    this.#tell = tell;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      const { done, value } = await this.#source.next();
      if (!done) return { done: false, value };
    } catch (error) {
      this.#end({ type: 'failed', error });
      throw error;
    }
    this.#end({ type: 'whole' });
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#end({ type: 'left' });
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(end: ContentEnd): void {
    const tell = this.#tell;
    this.#tell = null;
    tell?.(end);
  }
}
