/**
 * A device over a pair of web streams of bytes: what WebTransport, WebRTC wrappers, serial ports,
 * `TransformStream`s and pipes of every runtime give.
 *
 * Chunks may be cut anywhere: each packet is preceded by its length in two octets, the higher first
 * (RFC 4571, 2). Both ways have backpressure: little is sent before the writable has taken what was,
 * and no chunk is read while packets of the last one wait, so nothing is dropped.
 */

import { FramedDevice } from './framed-device.js';
import type { TransportDeviceOptions, TransportLink } from './transport-device.js';

/** What a device needs of a `ReadableStreamDefaultReader`. */
interface Reader {
  read(): PromiseLike<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(): PromiseLike<unknown>;
}

/** What a device needs of a `WritableStreamDefaultWriter`. */
interface Writer {
  write(chunk: Uint8Array<ArrayBuffer>): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
}

/** A pair of web streams, neither of them locked. */
export interface WebStreamPair {
  readonly readable: { getReader(): Reader };
  readonly writable: { getWriter(): Writer };
}

const ignore = (): void => {};

class WebStreamDevice extends FramedDevice {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #lose = (): void => this.handleLoss();

  constructor(streams: WebStreamPair, options: TransportDeviceOptions) {
    super(options);
    this.#reader = streams.readable.getReader();
    this.#writer = streams.writable.getWriter();
    this.readOn();
  }

  protected override write(piece: Uint8Array<ArrayBuffer>, done: () => void): void {
    this.#writer.write(piece).then(done, this.#lose);
  }

  protected override readOn(): void {
    this.#reader.read().then(({ done, value }) => {
      if (done) this.#lose();
      else if (value instanceof Uint8Array) this.take(value);
      else this.#skip();
    }, this.#lose);
  }

  protected override disconnect(): void {
    this.#writer.close().then(ignore, ignore);
    this.#reader.cancel().then(ignore, ignore);
  }

  #skip(): void {
    this.drops.foreign++;
    this.readOn();
  }
}

/**
 * Makes a device of a pair of web streams, which it locks and closes with itself.
 *
 * @throws TypeError for a stream that is locked.
 */
export const webStreamDevice = (
  streams: WebStreamPair,
  options: TransportDeviceOptions = {},
): TransportLink => new WebStreamDevice(streams, options);
