/**
 * A device over streams of Node's kind: a Unix socket or any other socket, the stdio of a child.
 *
 * Each packet is preceded by its length in two octets, the higher first (RFC 4571, 2). Both ways have
 * backpressure: little is sent before the writable has taken what was, and the readable is
 * paused while packets of its last chunk wait, so nothing is dropped.
 */

import { FramedDevice } from './framed-device.js';
import type { TransportDeviceOptions, TransportLink } from './transport-device.js';

/** What a device needs of a `Readable`. */
export interface NodeReadable {
  on(event: 'data', listener: (chunk: unknown) => void): unknown;
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** What a device needs of a `Writable`. */
export interface NodeWritable {
  on(event: 'close' | 'error', listener: () => void): unknown;
  write(chunk: Uint8Array, callback: () => void): unknown;
  end(callback: () => void): unknown;
}

/** Where packets come from and go to; a socket is both. */
export interface NodeStreamPair {
  readonly readable: NodeReadable;
  readonly writable: NodeWritable;
}

class NodeStreamDevice extends FramedDevice {
  readonly #readable: NodeReadable;
  readonly #writable: NodeWritable;
  #isPaused = false;

  constructor({ readable, writable }: NodeStreamPair, options: TransportDeviceOptions) {
    super(options);
    this.#readable = readable;
    this.#writable = writable;
    const lose = (): void => this.handleLoss();
    readable.on('data', (chunk) => this.#handleChunk(chunk));
    readable.on('end', lose);
    for (const stream of [readable, writable]) {
      stream.on('close', lose);
      stream.on('error', lose);
    }
  }

  protected override write(piece: Uint8Array, done: () => void): void {
    this.#writable.write(piece, done);
  }

  protected override readOn(): void {
    if (this.#isPaused) this.#readable.resume();
    this.#isPaused = false;
  }

  protected override disconnect(): void {
    // What was flushed goes out first; an error destroys the stream by itself.
    this.#writable.end(() => this.#readable.destroy());
  }

  #handleChunk(chunk: unknown): void {
    if (this.closed) return;
    if (!(chunk instanceof Uint8Array)) {
      // Text, of a stream with an encoding.
      this.drops.foreign++;
      return;
    }
    this.take(chunk);
    if (!this.isHolding) return;
    this.#isPaused = true;
    this.#readable.pause();
  }
}

/**
 * Makes a device of a readable and a writable, which belong to it from now on: a socket is both, of a
 * child they are `stdout` and `stdin`.
 */
export const nodeStreamDevice = (
  streams: NodeStreamPair,
  options: TransportDeviceOptions = {},
): TransportLink => new NodeStreamDevice(streams, options);
