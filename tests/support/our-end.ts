/**
 * What tests do at our end of a connection: send a stretch of the pattern, check what arrives, and
 * wait for its events.
 */

import type { TcpSocket } from '@netlayers/stack';
import { PatternCheck, patternAt } from './pattern.js';

/** Our end of one connection. */
export class OurEnd {
  readonly socket: TcpSocket;
  readonly check = new PatternCheck();
  /** Resolves when the peer has sent its last byte. */
  readonly ended: Promise<void>;
  /** Resolves with the error, or `null`, when the connection is over. */
  readonly closed: Promise<Error | null>;
  #toSend = 0;
  #sent = 0;
  #endsAfter = false;

  constructor(socket: TcpSocket) {
    this.socket = socket;
    let hasEnded = (): void => {};
    let hasClosed = (_error: Error | null): void => {};
    this.ended = new Promise((resolve) => {
      hasEnded = resolve;
    });
    this.closed = new Promise((resolve) => {
      hasClosed = resolve;
    });
    socket.setHandler({
      handleData: (buf, start, end) => this.check.take(buf, start, end),
      handleEnd: () => hasEnded(),
      handleDrain: () => this.#fill(),
      handleClose: (error) => hasClosed(error),
    });
  }

  /** Sends that many bytes more of the pattern as room allows, and a FIN behind them. */
  send(length: number, options: { readonly thenEnd?: boolean } = {}): void {
    this.#toSend += length;
    this.#endsAfter = options.thenEnd ?? true;
    this.#fill();
  }

  #fill(): void {
    while (this.#sent < this.#toSend) {
      const piece = patternAt(this.#sent, this.#toSend - this.#sent);
      this.#sent += piece.length;
      if (!this.socket.write(piece)) break;
    }
    if (this.#sent === this.#toSend && this.#endsAfter) this.socket.end();
  }
}

/** Sends back what arrives, holding the peer back as the peer holds us back, and then a FIN. */
export function echo(socket: TcpSocket): void {
  socket.setHandler({
    handleData: (buf, start, end) => {
      if (!socket.write(buf, start, end)) socket.pause();
    },
    handleEnd: () => socket.end(),
    handleDrain: () => socket.resume(),
    handleClose: () => {},
  });
}
