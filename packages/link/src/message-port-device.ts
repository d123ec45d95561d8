/**
 * A device over a `MessagePort`, or over a `Worker` and its global scope: two threads, or a page and
 * its worker, joined by a link.
 *
 * A port has no limit of its own, so each end grants the other how many packets it may send, and
 * grants anew what it took: a slow end slows the other down, and nothing is dropped between two such
 * devices. Messages are: a number, the packets that may be sent beside those granted before; an
 * `ArrayBuffer`, packets with their lengths, transferred and not copied; `null`, the end. Anything
 * else is dropped and counted as foreign. A worker that is terminated tells nobody: whoever
 * terminates it closes the device.
 */

import { FramedDevice } from './framed-device.js';
import type { ChecksumState, PacketReceiver } from './link-device.js';
import type { TransportDeviceOptions, TransportLink } from './transport-device.js';
import { LEAST_TRANSMIT_QUEUE, LONGEST_QUEUE } from './transport-device.js';

/** What a device needs of a port, a worker or a worker's global scope. Only ports have `start`. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): void;
  start?(): void;
  close?(): void;
}

class MessagePortDevice extends FramedDevice {
  readonly #port: MessagePortLike;
  /** Packets that the peer still takes. */
  #granted = 0;
  /** Packets that we took and did not grant anew. */
  #owed = 0;

  constructor(port: MessagePortLike, options: TransportDeviceOptions) {
    super(options);
    this.#port = port;
    port.addEventListener('message', (event) => this.#handle((event as { data: unknown }).data));
    port.addEventListener('close', () => this.handleLoss());
    port.start?.();
    port.postMessage(this.capabilities.receiveQueue, []);
  }

  override receive(max: number, receiver: PacketReceiver): number {
    const count = super.receive(max, receiver);
    this.#grant(count);
    return count;
  }

  override commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    super.commit(start, end, checksum, segmentSize);
    this.#granted--;
  }

  /** A piece is read at once: what finds no room was not granted. */
  protected override get canArrive(): boolean {
    return true;
  }

  protected override hasRoom(): boolean {
    return this.#granted > 0;
  }

  protected override write(piece: Uint8Array<ArrayBuffer>): void {
    this.#port.postMessage(piece.buffer, [piece.buffer]);
  }

  protected override disconnect(): void {
    if (!this.closed) this.#port.postMessage(null, []);
    // `close` of a worker's global scope would end the worker.
    if (this.#port.start !== undefined) this.#port.close?.();
  }

  #handle(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const { tooLong, empty } = this.drops;
      this.take(new Uint8Array(data));
      this.#grant(this.drops.tooLong + this.drops.empty - tooLong - empty);
    } else if (typeof data === 'number' && data > 0) {
      this.#granted = Math.min(this.#granted + Math.floor(data), LONGEST_QUEUE);
      this.notifyWritable();
    } else if (data === null) this.handleLoss();
    else this.drops.foreign++;
  }

  /** Grants in lots that are smaller than what a peer which waits for room has sent. */
  #grant(taken: number): void {
    this.#owed += taken;
    const lot = Math.min(LEAST_TRANSMIT_QUEUE, Math.ceil(this.capabilities.receiveQueue / 2));
    if (this.#owed < lot || this.closed) return;
    this.#port.postMessage(this.#owed, []);
    this.#owed = 0;
  }
}

/** Makes a device of a port, worker or global scope; at the other end has to be such a device too. */
export const messagePortDevice = (
  port: MessagePortLike,
  options: TransportDeviceOptions = {},
): TransportLink => new MessagePortDevice(port, options);
