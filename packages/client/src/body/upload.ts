/**
 * Sends content that the exchange does not take in one piece: a stream, or what waited for 100
 * (Continue). The source is asked for more only when there is room.
 */

import { bytesOf, type ClientExchange, type Headers, type MemoryContent } from '@netlayers/http';
import { ClientError } from '../base/errors.js';

/** Who is told how it goes. */
export interface UploadOwner {
  /** So much was sent; `hasRoom` says whether the source is asked for more now. */
  handleProgress(octets: number, hasRoom: boolean): void;
  /** The request is complete. */
  handleSent(): void;
  /** The source has failed, or the content is not as long as was said. */
  handleFailure(error: unknown): void;
}

/** A running upload. */
export class Upload {
  /** Whether it was ended before all was sent, or is over. */
  stopped = false;
  readonly #exchange: ClientExchange;
  readonly #owner: UploadOwner;
  #source: AsyncIterator<Uint8Array> | null = null;
  #wake: (() => void) | null = null;

  constructor(exchange: ClientExchange, owner: UploadOwner) {
    this.#exchange = exchange;
    this.#owner = owner;
  }

  /** Sends what is in memory. */
  sendWhole(content: MemoryContent, trailers: (() => Headers) | null): void {
    try {
      this.#exchange.sendBody(bytesOf(content));
      this.#end(trailers);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends a stream, piece by piece. */
  async sendStream(
    content: AsyncIterable<Uint8Array>,
    trailers: (() => Headers) | null,
  ): Promise<void> {
    try {
      await this.#pump(content);
      if (!this.stopped) this.#end(trailers);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Room again. */
  handleDrain(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Sends no more, and lets go of the source. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.handleDrain();
    // Not awaited: a source that is stuck in its own `next` answers much later.
    this.#source?.return?.().then(undefined, () => {});
  }

  async #pump(content: AsyncIterable<Uint8Array>): Promise<void> {
    const source = content[Symbol.asyncIterator]();
    this.#source = source;
    while (!this.stopped) {
      const { done, value } = await source.next();
      if (done || this.stopped) break;
      if (!(value instanceof Uint8Array)) {
        throw new ClientError('invalid-body', 'a body that is a stream gives Uint8Array pieces');
      }
      const room = this.#exchange.sendBody(value);
      this.#owner.handleProgress(value.length, room);
      if (room) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (!this.stopped) this.#owner.handleProgress(0, true);
    }
    this.#source = null;
  }

  #end(trailers: (() => Headers) | null): void {
    this.#exchange.endBody(trailers?.() ?? null);
    this.stopped = true;
    this.#owner.handleSent();
  }

  #fail(error: unknown): void {
    if (this.stopped) return;
    this.stop();
    this.#owner.handleFailure(error);
  }
}
