/**
 * A transport in memory, for tests of what stands on a `Transport`: it runs exactly when its
 * scheduler runs, so a test with a queue of its own, or with microtasks, is deterministic.
 *
 * Names need no resolution: a listener without a host answers to every name, except to those under
 * `.invalid`, which exist nowhere (RFC 6761, 6.4).
 */

import type {
  ConnectOptions,
  ListenOptions,
  Stream,
  StreamListener,
  StreamTransport,
} from './byte-stream.js';
import { memoryStreamPair, type Schedule } from './memory-stream.js';

/** Settings of {@link MemoryTransport}. */
export interface MemoryTransportOptions {
  /** @default queueMicrotask */
  readonly schedule?: Schedule;
  /** Bytes under way in one direction from which `write` returns false. @default 65536 */
  readonly highWaterMark?: number;
  /** The most that one delivery brings; 1 tests a parser. @default 65536 */
  readonly chunkSize?: number;
  /** What the streams say of TLS. @default false, null */
  readonly secure?: boolean;
  readonly alpn?: string | null;
}

const FIRST_EPHEMERAL_PORT = 49152;
const ANY_HOST = '*';

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** Implements the `Transport` contract of `@netlayers/http`; both sides use the same object. */
export class MemoryTransport implements StreamTransport {
  /** How many connections were made. */
  connections = 0;
  readonly #schedule: Schedule;
  readonly #highWaterMark: number;
  readonly #chunkSize: number;
  readonly #secure: boolean;
  readonly #alpn: string | null;
  readonly #listeners = new Map<string, (stream: Stream) => void>();
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(options: MemoryTransportOptions = {}) {
    this.#schedule = options.schedule ?? queueMicrotask;
    this.#highWaterMark = options.highWaterMark ?? 0x1_0000;
    this.#chunkSize = options.chunkSize ?? 0x1_0000;
    this.#secure = options.secure ?? false;
    this.#alpn = options.alpn ?? null;
  }

  listen(options: ListenOptions, accept: (stream: Stream) => void): Promise<StreamListener> {
    const host = options.host ?? ANY_HOST;
    const port = options.port === 0 ? this.#nextPort++ : options.port;
    const key = `${host}:${port}`;
    if (this.#listeners.has(key)) {
      return Promise.reject(coded('EADDRINUSE', `port ${port} is in use`));
    }
    this.#listeners.set(key, accept);
    const close = (): Promise<void> => {
      if (this.#listeners.get(key) === accept) this.#listeners.delete(key);
      return Promise.resolve();
    };
    return Promise.resolve({ address: host === ANY_HOST ? '0.0.0.0' : host, port, close });
  }

  connect(options: ConnectOptions): Promise<Stream> {
    const { host, port, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', aborted);
      this.#schedule(() => {
        signal?.removeEventListener('abort', aborted);
        if (signal?.aborted) return;
        const stream = this.#open(host, port);
        if (stream instanceof Error) reject(stream);
        else resolve(stream);
      });
    });
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #open(host: string, port: number): Stream | Error {
    if (host.endsWith('.invalid')) return coded('ENOTFOUND', `no such host: ${host}`);
    const accept =
      this.#listeners.get(`${host}:${port}`) ?? this.#listeners.get(`${ANY_HOST}:${port}`);
    if (accept === undefined) return coded('ECONNREFUSED', `nothing listens on ${host}:${port}`);
    this.connections++;
    const near = { address: '127.0.0.1', port: this.#nextPort++ };
    const [client, server] = memoryStreamPair(
      near,
      { address: host, port },
      {
        schedule: this.#schedule,
        highWaterMark: this.#highWaterMark,
        chunkSize: this.#chunkSize,
        secure: this.#secure,
        alpn: this.#alpn,
      },
    );
    accept(server);
    return client;
  }
}
