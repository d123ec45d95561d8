/**
 * The kernel's TCP as a `Transport`: sockets and servers of `node:net`, names resolved by the
 * operating system, no delay for small segments (RFC 9293, 3.7.4, is switched off: HTTP writes
 * whole messages).
 */

import { connect as connectSocket, createServer, type Server } from 'node:net';
import type { AbortLike, ByteStream, Listener, Transport } from '@netlayers/http';
import { BlockPool } from './block-pool.js';
import { DuplexStream, HIGH_WATER_MARK, type SocketEnd } from './duplex-stream.js';
import { connectError } from './errors.js';

/** Settings of {@link kernelTransport}. */
export interface KernelTransportOptions {
  /** Bytes waiting in a stream from which `write` returns false. @default 131072 */
  readonly highWaterMark?: number;
}

/** What one read may bring; larger ones were not faster. */
const READ_BUFFER = 0x4_0000;
const DEFAULT_BACKLOG = 511;
const ACCEPTED = { usesDataEvent: true, returnsChunks: true, isSocket: true };
const CONNECTED = { usesDataEvent: false, returnsChunks: true, isSocket: true };

/** Makes a transport on the TCP of the operating system. Streams outlive its `close`. */
export function kernelTransport(options: KernelTransportOptions = {}): Transport {
  return new KernelTransport(options.highWaterMark ?? HIGH_WATER_MARK);
}

class KernelTransport implements Transport {
  readonly #highWaterMark: number;
  readonly #pool = new BlockPool();
  readonly #servers = new Set<Server>();
  /**
   * One for all connections: a read and the delivery of what it brought are one call. No Buffer:
   * whoever keeps bytes by `slice` must get a copy.
   */
  #readBuffer: Uint8Array | null = null;

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark;
  }

  listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      accept(new DuplexStream(socket, this.#pool, this.#highWaterMark, traits));
    });
    const traits = { ...ACCEPTED, listener: () => endOf(server) };
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      const { host, port, backlog = DEFAULT_BACKLOG } = options;
      server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
        server.off('error', reject);
        // Running out of descriptors loses a connection, not the server.
        server.on('error', () => {});
        this.#servers.add(server);
        resolve(this.#listenerOf(server));
      });
    });
  }

  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly signal?: AbortLike;
  }): Promise<ByteStream> {
    const { host, port, signal } = options;
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    this.#readBuffer ??= new Uint8Array(READ_BUFFER);
    const buffer = this.#readBuffer;
    return new Promise((resolve, reject) => {
      let stream: DuplexStream | null = null;
      const callback = (length: number): boolean => {
        stream?.deliver(buffer, 0, length, false);
        return true;
      };
      const onread = { buffer, callback };
      const socket = connectSocket({ host, port, noDelay: true, allowHalfOpen: true, onread });
      const fail = (error: unknown): void => {
        settle();
        socket.destroy();
        reject(error);
      };
      const failed = (error: Error): void => fail(connectError(error, host, port));
      const aborted = (): void => fail(reasonOf(signal as AbortLike));
      const settle = (): void => {
        socket.off('error', failed).on('error', () => {});
        signal?.removeEventListener('abort', aborted);
      };
      socket.once('error', failed);
      signal?.addEventListener('abort', aborted);
      socket.once('connect', () => {
        settle();
        // Reading starts with the handler.
        socket.pause();
        stream = new DuplexStream(socket, this.#pool, this.#highWaterMark, CONNECTED);
        resolve(stream);
      });
    });
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#servers, (server) => this.#closeServer(server)));
  }

  #listenerOf(server: Server): Listener {
    const { address, port } = endOf(server);
    return { address, port, close: () => this.#closeServer(server) };
  }

  /** The port is free with the next turn of the event loop; the streams need not be over. */
  #closeServer(server: Server): Promise<void> {
    if (!this.#servers.delete(server)) return Promise.resolve();
    server.close();
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** Where a server listens. */
function endOf(server: Server): SocketEnd {
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound : { address: '', port: 0 };
}

const reasonOf = (signal: AbortLike): unknown =>
  signal.reason ?? new DOMException('The connection attempt was aborted.', 'AbortError');
