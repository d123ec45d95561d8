/**
 * A device over a WebSocket: one binary message is one IP packet.
 *
 * It takes the `WebSocket` of browsers, Deno, Bun and Node, and that of the package `ws`, at either
 * end. Packets can be sent once the socket is open; before, and while `transmitQueue` bytes wait in
 * it, `reserve` returns -1. A WebSocket cannot be told to receive less: packets that come faster
 * than they are received are dropped and counted, which TCP notices as on any network.
 *
 * Text messages and blobs are dropped and counted as foreign.
 */

import { checkedInteger } from './checked-integer.js';
import type { TransportDeviceOptions, TransportLink } from './transport-device.js';
import { TransportDevice } from './transport-device.js';

/** `readyState` of a socket that is open; of one that closes or is closed it is above. */
const OPEN = 1;

type WebSocketEvent = 'open' | 'message' | 'close' | 'error';

/** What a device needs of a WebSocket. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  /** Bytes that were given to `send` and have not left. */
  readonly bufferedAmount: number;
  addEventListener(type: WebSocketEvent, listener: (event: object) => void): void;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** What a device over a WebSocket can be told. */
export interface WebSocketDeviceOptions extends TransportDeviceOptions {
  /**
   * Calls back a few milliseconds later, e.g. `(callback) => setTimeout(callback, 4)`. No event tells
   * that a socket has sent, so a device that waits for room looks again.
   */
  readonly later: (callback: () => void) => void;
  /** Bytes that may wait in the socket, 1 to 2^30. @default 256 KiB */
  readonly transmitQueue?: number;
}

class WebSocketDevice extends TransportDevice {
  readonly #socket: WebSocketLike;
  readonly #later: WebSocketDeviceOptions['later'];
  readonly #limit: number;
  #isWaiting = false;

  constructor(socket: WebSocketLike, options: WebSocketDeviceOptions) {
    super(options);
    this.#limit = checkedInteger('transmitQueue', options.transmitQueue ?? 1 << 18, 1, 1 << 30);
    this.#socket = socket;
    this.#later = options.later;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.notifyWritable());
    socket.addEventListener('message', (event) => this.#take((event as { data: unknown }).data));
    // An error is always followed by a close; `ws` throws it where nobody listens.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => this.handleLoss());
    if (socket.readyState > OPEN) this.handleLoss();
  }

  protected override hasRoom(): boolean {
    return this.#socket.readyState === OPEN && this.#socket.bufferedAmount < this.#limit;
  }

  protected override awaitRoom(): void {
    // One that is not open yet says so by an event, one that closes has no room ever again.
    if (this.#isWaiting || this.#socket.readyState !== OPEN) return;
    this.#isWaiting = true;
    this.#later(() => {
      this.#isWaiting = false;
      if (this.hasRoom()) this.notifyWritable();
      else this.awaitRoom();
    });
  }

  protected override transmit(buf: Uint8Array, start: number, end: number): void {
    // A copy: `ws` sends from the bytes themselves, some time later.
    this.#socket.send(Uint8Array.from(buf.subarray(start, end)));
  }

  protected override disconnect(): void {
    this.#socket.close();
  }

  #take(data: unknown): void {
    if (data instanceof ArrayBuffer) this.arrive(new Uint8Array(data), 0, data.byteLength);
    else this.drops.foreign++;
    this.notifyReadable();
  }
}

/** Makes a device of a WebSocket, which belongs to it from now on. */
export const webSocketDevice = (
  socket: WebSocketLike,
  options: WebSocketDeviceOptions,
): TransportLink => new WebSocketDevice(socket, options);
