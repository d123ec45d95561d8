/**
 * Handlers of the web platform's kind, `(Request) => Response`, as ours (Fetch Standard): what is
 * written for a service worker or an edge runtime runs here unchanged.
 */

import { Response as HttpResponse } from '@netlayers/http';
import { HttpError } from '../base/http-error.js';
import type { ServerRequest } from '../request/server-request.js';
import type { Handler } from './handler.js';

/** Answers a request of the web platform. */
export type FetchHandler = (request: Request) => Response | PromiseLike<Response>;

/** `duplex` is required for streams and missing in the DOM's types. */
type StreamingInit = RequestInit & { duplex?: 'half' };

function webRequestOf(request: ServerRequest): Request {
  const authority = request.authority || `${request.localAddress}:${request.localPort}`;
  const origin = `${request.secure ? 'https' : 'http'}://${authority}`;
  const target = request.target;
  const url = target.startsWith('/') ? origin + target : target === '*' ? `${origin}/` : target;
  const init: StreamingInit = {
    method: request.method,
    headers: [...request.headers] as [string, string][],
    signal: request.signal,
  };
  if (request.hasBody && request.method !== 'GET' && request.method !== 'HEAD') {
    init.body = streamOf(request);
    init.duplex = 'half';
  }
  try {
    return new Request(url, init);
  } catch (error) {
    // The platform refuses TRACE, and a Host that is no host.
    throw new HttpError(400, error instanceof Error ? error.message : '');
  }
}

/** The body as a stream that asks for a piece only when one is wanted. */
function streamOf(request: ServerRequest): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = request[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array<ArrayBuffer>);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Not every platform can iterate a stream. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isOver = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isOver) await reader.cancel();
  }
}

/** Mounts a handler of the web platform: `server.any('/api/*', fetchHandler(app.fetch))`. */
export function fetchHandler(handler: FetchHandler): Handler {
  return async (request) => {
    const answer = await handler(webRequestOf(request));
    if (answer.status === 0) throw new TypeError('The handler answered with Response.error()');
    const reason = answer.statusText === '' ? undefined : answer.statusText;
    const response = new HttpResponse(answer.status, answer.headers, reason);
    return response.body(answer.body === null ? null : piecesOf(answer.body));
  };
}
