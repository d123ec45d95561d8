/**
 * A listening port of a stack. Connections are pushed to a callback, or pulled with `for await`;
 * pulled ones wait in the backlog, and a full backlog makes peers wait.
 */

import type { Clock } from '@netlayers/host';
import { formatAddress } from '@netlayers/ip';
import type { TcpListener, TcpListenerHandler } from '@netlayers/tcp';
import { TcpSocket } from './tcp-socket.js';

/** Called with each established connection; sets the socket's handler before it returns. */
export type AcceptCallback = (socket: TcpSocket) => void;

/** A port that accepts connections. */
export class StackListener implements TcpListenerHandler, AsyncIterable<TcpSocket> {
  readonly #clock: Clock;
  readonly #accept: AcceptCallback | null;
  readonly #onClose: (listener: StackListener) => void;
  #listener: TcpListener | null = null;
  /** Iterations that wait for a connection. */
  #waiting: (() => void)[] = [];

  /** @param accept `null`: connections are pulled with `for await`. */
  constructor(
    clock: Clock,
    accept: AcceptCallback | null,
    onClose: (listener: StackListener) => void,
  ) {
    this.#clock = clock;
    this.#accept = accept;
    this.#onClose = onClose;
  }

  /** Belongs to the stack: the listener and its handler need each other. */
  attach(listener: TcpListener): void {
    this.#listener = listener;
  }

  /** The address as text, `0.0.0.0` for every one. */
  get address(): string {
    const address = this.#listener?.address ?? null;
    return address === null ? '0.0.0.0' : formatAddress(address);
  }

  /** The port; 0 for a catch-all listener. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** Established connections that wait to be pulled. */
  get pending(): number {
    return this.#listener?.pending ?? 0;
  }

  handleAcceptable(): void {
    if (this.#accept === null) {
      this.#wake();
      return;
    }
    const socket = this.#next();
    if (socket !== null) this.#accept(socket);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TcpSocket, void, void> {
    while (this.#listener !== null && !this.#listener.isClosed) {
      const socket = this.#next();
      if (socket !== null) {
        yield socket;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Stops accepting; accepted connections live on, those that wait are reset. */
  async close(): Promise<void> {
    this.#listener?.close(this.#clock.now());
    this.#onClose(this);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #next(): TcpSocket | null {
    const connection = this.#listener?.accept() ?? null;
    return connection === null ? null : new TcpSocket(connection, this.#clock);
  }
}
