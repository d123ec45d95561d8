/**
 * The content of a response that a running request brings, and what becomes of what nobody wants.
 */

import type { Clock } from '@netlayers/host';
import type { Headers, TakenStream } from '@netlayers/http';
import { Timeout } from '../base/timeout.js';
import type { RunningRequest } from './running-request.js';

/**
 * How much unwanted content is read to keep a connection, and for how long; beyond either, a new
 * connection is cheaper.
 */
const DISCARD_BYTES = 0x1_0000;
const DISCARD_MS = 1000;

/** Brings content from a running request. */
export class RunningSource {
  readonly content: AsyncIterable<Uint8Array>;
  readonly #running: RunningRequest;
  readonly #clock: Clock;
  readonly #bodyLength: number;

  /**
   * @param content the content as the program is to see it.
   * @param bodyLength bytes by the head; -1 where only the end will tell.
   */
  constructor(
    running: RunningRequest,
    content: AsyncIterable<Uint8Array>,
    bodyLength: number,
    clock: Clock,
  ) {
    this.#running = running;
    this.#clock = clock;
    this.content = content;
    this.#bodyLength = bodyLength;
  }

  get trailers(): Headers | null {
    return this.#running.trailers;
  }

  async discard(): Promise<void> {
    const { body } = this.#running;
    if (this.#bodyLength > DISCARD_BYTES) {
      await body.return();
      return;
    }
    const timeout = new Timeout(this.#clock, () => void body.return());
    timeout.restart(DISCARD_MS);
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > DISCARD_BYTES) break;
      }
    } catch {
      // Nobody misses what is lost.
    } finally {
      timeout.stop();
    }
  }

  takeStream(): TakenStream {
    return this.#running.takeStream();
  }
}
