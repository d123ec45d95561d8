/**
 * A few words with a peer before a stream is handed on: octets are asked for by their number. What
 * comes unasked is a fault, for whoever takes the stream next speaks first.
 */

import { OctetQueue } from '@netlayers/bytes';
import type { AbortLike, ByteStream, ByteStreamHandler } from '@netlayers/http';
import { ClientError } from '../base/errors.js';

/** The beginning of a stream. */
export class StreamDialogue implements ByteStreamHandler {
  readonly #stream: ByteStream;
  readonly #place: string;
  readonly #heard = new OctetQueue();
  #failure: unknown = null;
  #wake: (() => void) | null = null;

  constructor(stream: ByteStream, place: string) {
    this.#stream = stream;
    this.#place = place;
    stream.setHandler(this);
  }

  say(octets: Uint8Array): void {
    this.#stream.write(octets);
  }

  /**
   * The next octets, so many.
   *
   * @throws ClientError when the peer ends before, or the reason of `fail`.
   */
  async hear(count: number): Promise<Uint8Array> {
    while (this.#heard.length < count) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const all = this.#heard.takeAll();
    this.#heard.append(all, count, all.length);
    return all.subarray(0, count);
  }

  /** Gives it up. */
  fail(reason: unknown): void {
    this.#failure ??= reason;
    this.#wake?.();
  }

  /** @throws ClientError when something came that nobody has asked for, or the stream has ended. */
  finish(): ByteStream {
    if (this.#failure !== null) throw this.#failure;
    if (this.#heard.length === 0) return this.#stream;
    throw new ClientError('proxy-failed', `${this.#place}: the proxy said more than it should`);
  }

  handleData(buf: Uint8Array, start: number, end: number): void {
    this.#heard.append(buf, start, end);
    // Nobody has more to say than fits into this: the peer waits.
    if (this.#heard.length > MOST_OCTETS) {
      this.fail(new ClientError('proxy-failed', `${this.#place}: the proxy says too much`));
    } else this.#wake?.();
  }

  handleEnd(): void {
    const text = `${this.#place}: the proxy closed the connection while it was asked: check its log`;
    this.fail(new ClientError('proxy-failed', text));
  }

  handleDrain(): void {}

  handleClose(error: Error | null): void {
    if (error === null) this.handleEnd();
    else this.fail(error);
  }
}

/** Octets that may wait. */
const MOST_OCTETS = 0x1_0000;

/**
 * Has a dialogue on a stream; the stream is reset when it fails or is given up.
 *
 * @throws what the dialogue throws, or the signal's reason.
 */
export async function withDialogue(
  stream: ByteStream,
  place: string,
  signal: AbortLike | undefined,
  speak: (dialogue: StreamDialogue) => Promise<void>,
): Promise<ByteStream> {
  const dialogue = new StreamDialogue(stream, place);
  const aborted = (): void => dialogue.fail(signal?.reason);
  signal?.addEventListener('abort', aborted);
  try {
    if (signal?.aborted) aborted();
    await speak(dialogue);
    return dialogue.finish();
  } catch (error) {
    stream.abort();
    throw error;
  } finally {
    signal?.removeEventListener('abort', aborted);
  }
}
