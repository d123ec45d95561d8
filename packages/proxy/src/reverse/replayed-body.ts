/**
 * The content of a request that may have to be sent more than once: what was read is kept, up to a
 * bound, so that another upstream can be sent it from the start.
 *
 * One attempt reads at a time. The content is asked for only when the attempt asks: so the client's
 * window, and its 100 (Continue), follow the upstream.
 */

/** Octets that are kept: most forms and calls are smaller, and most files are not worth it. */
const KEPT = 0x1_0000;

/** Content with a memory. */
export class ReplayedBody {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  /** Pieces that were dropped in front of those kept. */
  #dropped = 0;
  #isLong = false;
  #end: { readonly error: unknown; readonly failed: boolean } | null = null;
  #reading: Promise<void> | null = null;

  constructor(content: AsyncIterable<Uint8Array>) {
    this.#source = content[Symbol.asyncIterator]();
  }

  /** Whether all of it can still be sent: nothing was dropped. */
  get isWhole(): boolean {
    return this.#dropped === 0;
  }

  /** Whether its end is known. */
  get isOver(): boolean {
    return this.#end !== null;
  }

  /** What the content itself has failed with, as the client's doing; `null` while it has not. */
  get failure(): unknown {
    return this.#end?.failed ? this.#end.error : null;
  }

  /** It will not be sent again: nothing more is kept. */
  settle(): void {
    this.#isLong = true;
  }

  /** The content from its start, for one attempt. */
  attempt(): AsyncIterable<Uint8Array> {
    let at = 0;
    let stopped = false;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      while (!stopped) {
        const value = this.#pieces[at - this.#dropped];
        if (value !== undefined) {
          at++;
          if (this.#isLong) this.#forget(at);
          return { done: false, value };
        }
        if (this.#end?.failed) throw this.#end.error;
        if (this.#end !== null) break;
        this.#reading ??= this.#read();
        await this.#reading;
      }
      return { done: true, value: undefined };
    };
    const stop = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      stopped = true;
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#source.next();
      if (done) this.#end = { error: null, failed: false };
      else {
        this.#pieces.push(value);
        this.#size += value.length;
        if (this.#size > KEPT) this.#isLong = true;
      }
    } catch (error) {
      this.#end = { error, failed: true };
    } finally {
      this.#reading = null;
    }
  }

  /** Lets go of pieces that were sent. */
  #forget(sent: number): void {
    this.#pieces.splice(0, sent - this.#dropped);
    this.#dropped = sent;
  }
}
