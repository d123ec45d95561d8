/**
 * Mirrors the `ByteStream` and `Transport` contracts of `@netlayers/http`, which this package may
 * not import: the tests of http import this one. The contracts themselves are documented there.
 */

import type { AbortLike } from '@netlayers/host';

/** Mirrors `ByteStreamHandler`. */
export interface StreamHandler {
  handleData(buf: Uint8Array, start: number, end: number): void;
  handleEnd(): void;
  handleDrain(): void;
  handleClose(error: Error | null): void;
}

/** Mirrors `ByteStream`. */
export interface Stream {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly unacknowledged: number;
  readonly secure: boolean;
  readonly alpn: string | null;
  setHandler(handler: StreamHandler): void;
  write(buf: Uint8Array, start?: number, end?: number, lasts?: boolean | 'until-drain'): boolean;
  pause(): void;
  resume(): void;
  cork(): void;
  uncork(): void;
  end(): void;
  close(): void;
  abort(): void;
}

/** Mirrors `Listener`. */
export interface StreamListener {
  readonly address: string;
  readonly port: number;
  close(): PromiseLike<void>;
}

/** Mirrors the options of `Transport.listen`. */
export interface ListenOptions {
  readonly host?: string;
  readonly port: number;
  readonly backlog?: number;
}

/** Mirrors the options of `Transport.connect`. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly signal?: AbortLike;
}

/** Mirrors `Transport`. */
export interface StreamTransport {
  listen(options: ListenOptions, accept: (stream: Stream) => void): PromiseLike<StreamListener>;
  connect(options: ConnectOptions): PromiseLike<Stream>;
  close(): PromiseLike<void>;
}
