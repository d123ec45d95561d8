/**
 * What devices have in common whose transport carries bytes and not messages: each packet is
 * preceded by its length in two octets (RFC 4571, 2), and a whole `flush` is one piece.
 *
 * What arrives is taken piece by piece. A piece whose packets find no room waits here and nothing is
 * read behind it, so the peer is slowed down and no packet is dropped.
 */

import { writeU16 } from '@netlayers/bytes';
import { FRAME_HEADER, FrameSplitter } from './frame-splitter.js';
import { TransportDevice, type TransportDeviceOptions } from './transport-device.js';

/** Bytes that the transport may not have taken yet before nothing further is sent. */
const UNSENT_LIMIT = 1 << 18;

const NOTHING = new Uint8Array(0);

/** The base of devices over streams and ports. */
export abstract class FramedDevice extends TransportDevice {
  readonly #splitter: FrameSplitter;
  /** Bytes that the transport has not taken yet. */
  #unsent = 0;
  /** The piece that a `flush` fills. */
  #batch: Uint8Array<ArrayBuffer> = NOTHING;
  #batchEnd = 0;
  /** The piece that is being read, and how far. */
  #piece: Uint8Array | null = null;
  #at = 0;

  constructor(options: TransportDeviceOptions) {
    super(options);
    const sink = {
      accepts: (length: number) => this.isPacketLength(length),
      handleFrame: (buf: Uint8Array, start: number, end: number) => this.arrive(buf, start, end),
    };
    this.#splitter = new FrameSplitter(sink, this.capabilities.mtu);
  }

  /** Sends a piece, whose bytes belong to the transport; `done` is called later, once it has left. */
  protected abstract write(piece: Uint8Array<ArrayBuffer>, done: () => void): void;

  /** The last piece is read to its end: asks for the next one. Never takes it at once. */
  protected readOn(): void {}

  /** Whether a piece is not read to its end. */
  protected get isHolding(): boolean {
    return this.#piece !== null;
  }

  /** Takes a received piece; no other may come, and it may not change, before `readOn`. */
  protected take(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
    this.refill();
    this.notifyReadable();
  }

  protected override beginFlush(packets: number, bytes: number): void {
    this.#batch = new Uint8Array(bytes + packets * FRAME_HEADER);
    this.#batchEnd = 0;
  }

  protected override transmit(buf: Uint8Array, start: number, end: number): void {
    writeU16(this.#batch, this.#batchEnd, end - start);
    this.#batch.set(buf.subarray(start, end), this.#batchEnd + FRAME_HEADER);
    this.#batchEnd += FRAME_HEADER + end - start;
  }

  protected override endFlush(): void {
    const piece = this.#batch;
    this.#batch = NOTHING;
    this.#unsent += piece.length;
    this.write(piece, () => {
      this.#unsent -= piece.length;
      this.notifyWritable();
    });
  }

  protected override hasRoom(): boolean {
    return this.#unsent < UNSENT_LIMIT;
  }

  /** Nothing to do: something is under way, or will be with the next `flush`, and tells. */
  protected override awaitRoom(): void {}

  protected override refill(): void {
    const piece = this.#piece;
    if (piece === null) return;
    while (this.#at < piece.length && this.canArrive) {
      this.#at = this.#splitter.next(piece, this.#at, piece.length);
    }
    if (this.#at < piece.length) return;
    this.#piece = null;
    this.readOn();
  }
}
