/**
 * WebSockets over connections in memory, with a clock that stands still. The server here is the least
 * that HTTP needs; that of `@netlayers/server` is tested with them in the tests of the repository.
 */

import { type ByteStream, Response, ServerConnection } from '@netlayers/http';
import { ManualClock, MemoryTransport, type MemoryTransportOptions } from '@netlayers/testkit';
import {
  type AcceptOptions,
  type ConnectOptions,
  negotiateWebSocket,
  openWebSocket,
  type WebSocketStream,
} from '@netlayers/websocket';

/** Some octets. */
export const octets = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => at * 7);

/** Lets everything happen that needs no time: all microtasks. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets time go by, and after each step everything that it has caused. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    clock.advance(Math.min(left, 1000));
    await settle();
  }
}

/** Answers the requests of a stream with WebSockets. */
export function serveStream(
  stream: ByteStream,
  handler: (socket: WebSocketStream) => void | PromiseLike<void>,
  options: AcceptOptions,
  draining?: AbortSignal,
): void {
  const http = new ServerConnection(stream, {
    handleRequest: (request) => {
      const { method, version, headers } = request;
      const served = { method, version, headers, ...(draining === undefined ? {} : { draining }) };
      const answer = negotiateWebSocket(served, handler, options);
      if (answer instanceof Response) {
        http.sendResponse(answer);
        return;
      }
      queueMicrotask(() => {
        http.sendResponse(answer.response);
        answer.take(stream, http.takeRemaining());
      });
    },
    handleBody: () => {},
    handleBodyEnd: () => {},
    handleError: () => stream.abort(),
  });
  stream.setHandler({
    handleData: (buf, start, end) => http.handleData(buf, start, end),
    handleEnd: () => http.handleEnd(),
    handleDrain: () => {},
    handleClose: () => {},
  });
}

/** Both ends of a WebSocket. */
export interface Pair {
  readonly client: WebSocketStream;
  readonly server: WebSocketStream;
  readonly clock: ManualClock;
  /** The server's stream, below its WebSocket. */
  readonly stream: ByteStream;
}

/** How the two ends of a pair are set up. */
export interface PairOptions {
  readonly client?: ConnectOptions;
  readonly server?: AcceptOptions;
  readonly transport?: MemoryTransportOptions;
  readonly handler?: (socket: WebSocketStream) => void | PromiseLike<void>;
  /** Aborted when the server closes. */
  readonly draining?: AbortSignal;
}

/** Opens a WebSocket between a client and a server of ours. */
export async function openPair(options: PairOptions = {}): Promise<Pair> {
  const clock = new ManualClock();
  const transport = new MemoryTransport(options.transport);
  let server: WebSocketStream | null = null;
  let stream: ByteStream | null = null;
  await transport.listen({ port: 80 }, (accepted) => {
    stream = accepted;
    serveStream(
      accepted,
      (socket) => {
        server = socket;
        return options.handler?.(socket);
      },
      { clock, ...options.server },
      options.draining,
    );
  });
  const client = await openWebSocket(transport, 'ws://a.test/', { clock, ...options.client });
  if (server === null || stream === null) throw new Error('no server');
  return { client, server, clock, stream };
}
