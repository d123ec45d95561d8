/**
 * How far the content of one request is, on a connection that carries others too.
 *
 * Node tells of a write when all of it is on the connection, so two figures are put together: what
 * waits here, and how far the connection is behind the last octet of ours that it was given. Where ours
 * are stuck and those of others move, the latter count once at most.
 */

import type { ClientHttp2Stream } from 'node:http2';
import type { StreamHost } from './stream-host.js';

/** Counts what of a request is under way. */
export class UploadProgress {
  /** Octets of content that were given to the stream. */
  sent = 0;
  readonly #host: Pick<StreamHost, 'written'>;
  /** What the connection had been given, when it had the last octet of ours. */
  #mark: number;

  constructor(host: Pick<StreamHost, 'written'>) {
    this.#host = host;
    this.#mark = host.written;
  }

  /** All that was given to the stream until now is on the connection. */
  mark(): void {
    this.#mark = this.#host.written;
  }

  /**
   * Octets that the server does not have; 0 only where it has all.
   *
   * @param taken what the peer has of the connection's octets.
   */
  underWay(stream: Pick<ClientHttp2Stream, 'writableLength'> | null, taken: number): number {
    const waiting = stream?.writableLength ?? 0;
    const least = waiting > 0 ? 1 : 0;
    return Math.min(this.sent, Math.max(least, waiting + this.#mark - taken));
  }
}
