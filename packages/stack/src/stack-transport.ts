/**
 * A stack behind the `Transport` port that `@netlayers/http` declares. The shape is the port's;
 * the import would point upward.
 */

import type { AbortLike } from '@netlayers/host';
import type { TcpSettings } from '@netlayers/tcp';
import type { AcceptCallback, StackListener } from './listener.js';
import type { TcpSocket } from './tcp-socket.js';

/** Protocols on this port write whole messages: holding back the last part of one gains nothing. */
const STREAM_SETTINGS = { noDelay: true } as const;

/** What is needed of a stack. */
export interface TransportableStack {
  listen(
    options: {
      readonly host?: string;
      readonly port: number;
      readonly backlog?: number;
      readonly tcp: Partial<TcpSettings>;
    },
    accept: AcceptCallback,
  ): StackListener;
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly signal?: AbortLike;
    readonly tcp: Partial<TcpSettings>;
  }): Promise<TcpSocket>;
  close(): Promise<void>;
}

/** Makes streams on a stack, without Nagle's delay. Closing it closes the stack. */
export class StackTransport {
  readonly #stack: TransportableStack;

  constructor(stack: TransportableStack) {
    this.#stack = stack;
  }

  /** @throws rejects with EADDRINUSE or EADDRNOTAVAIL. */
  async listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: AcceptCallback,
  ): Promise<StackListener> {
    return this.#stack.listen({ ...options, tcp: STREAM_SETTINGS }, accept);
  }

  /** @throws rejects with a `code`, see `Stack.connect`, or with the signal's reason. */
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly signal?: AbortLike;
  }): Promise<TcpSocket> {
    return this.#stack.connect({ ...options, tcp: STREAM_SETTINGS });
  }

  close(): Promise<void> {
    return this.#stack.close();
  }
}
