/**
 * Web streams over a socket, with the backpressure of both kept: a reader that does not read closes
 * the receive window, a writer waits for the send buffer.
 */

import type { SocketHandler } from './socket-handler.js';

/** What is needed of a socket. */
export interface StreamableSocket {
  setHandler(handler: SocketHandler): void;
  write(buf: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  end(): void;
  abort(): void;
}

/** Both directions of one socket. */
export interface SocketStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** Bytes that the readable side may hold for a reader that is late. */
const HIGH_WATER_MARK = 64 * 1024;

class StreamHandler implements SocketHandler {
  readonly #socket: StreamableSocket;
  readable: ReadableStreamDefaultController<Uint8Array> | null = null;
  writable: WritableStreamDefaultController | null = null;
  #resumeWriting: (() => void) | null = null;
  #isReadEnded = false;
  /** Why the readable side fails once the reader has taken what is queued. */
  #failure: Error | null = null;

  constructor(socket: StreamableSocket) {
    this.#socket = socket;
  }

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (this.#isReadEnded) return;
    this.readable?.enqueue(buf.slice(start, end));
    if ((this.readable?.desiredSize ?? 0) <= 0) this.#socket.pause();
  }

  handleEnd(): void {
    this.#endReading();
  }

  handleDrain(): void {
    this.#resumeWriting?.();
    this.#resumeWriting = null;
  }

  handleClose(error: Error | null): void {
    const reason = error ?? new TypeError('the socket was closed');
    this.#failReading(reason);
    this.writable?.error(reason);
    this.handleDrain();
  }

  /** The reader has room. */
  handlePull(): void {
    if (this.#failure === null) this.#socket.resume();
    else this.#failReading(this.#failure);
  }

  /** Ends the readable side in order, once. */
  #endReading(): void {
    if (this.#isReadEnded) return;
    this.#isReadEnded = true;
    this.readable?.close();
  }

  /** Fails the readable side behind what is queued there, which an error would take away. */
  #failReading(reason: Error): void {
    if (this.#isReadEnded) return;
    this.#failure = reason;
    if ((this.readable?.desiredSize ?? 0) < HIGH_WATER_MARK) return;
    this.#isReadEnded = true;
    this.readable?.error(reason);
  }

  /** The reader has lost interest: what still comes is dropped, and the peer may go on. */
  cancelReading(): void {
    this.#isReadEnded = true;
    this.#socket.resume();
  }

  waitForDrain(): Promise<void> {
    return new Promise((resolve) => {
      this.#resumeWriting = resolve;
    });
  }
}

/** A chunk that is no octets fails the writable side for good: the peer is not left waiting. */
function writeOrAbort(socket: StreamableSocket, chunk: Uint8Array): boolean {
  try {
    return socket.write(chunk);
  } catch (error) {
    socket.abort();
    throw error;
  }
}

/** Makes both streams of a socket, whose handler they take. */
export function streamsOf(socket: StreamableSocket): SocketStreams {
  const handler = new StreamHandler(socket);
  const readable = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        handler.readable = controller;
      },
      pull: () => handler.handlePull(),
      cancel: () => handler.cancelReading(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }),
  );
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => {
      handler.writable = controller;
    },
    write: async (chunk) => {
      if (!writeOrAbort(socket, chunk)) await handler.waitForDrain();
    },
    close: () => socket.end(),
    abort: () => socket.abort(),
  });
  socket.setHandler(handler);
  return { readable, writable };
}
