/**
 * Messages in memory to bytes, without a connection: what `Request.parse` and `Response.parse`
 * read, and what a test or a file wants.
 */

import { bytesOf, type Content, isStream } from '../message/content.js';
import { CHUNKED } from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import type { RequestMessage, ResponseMessage } from '../message/message.js';
import { BodyWriter } from '../write/body-writer.js';
import type { ByteSink } from '../write/byte-sink.js';
import { HeadDefaults } from '../write/head-defaults.js';
import { HeadWriter } from '../write/head-writer.js';
import { RequestWriter } from '../write/request-writer.js';
import { ResponseWriter, writeInterim } from '../write/response-writer.js';

const NO_DEFAULTS = new HeadDefaults({ server: null });

/** Serialises a request; see `Request.serialize`. */
export function serializeRequest(request: RequestMessage): Uint8Array {
  const content = inMemory(request.content);
  const head = new RequestWriter(true);
  return collect((writer, body) => {
    head.write(writer, request, content.length);
    body(head.framing, content, request.trailers);
  });
}

/** Serialises a response; see `Response.serialize`. */
export function serializeResponse(response: ResponseMessage): Uint8Array {
  const { status } = response;
  if (status < 200 && status !== 101) return collect((writer) => writeInterim(writer, response));
  const content = inMemory(status === 205 ? null : response.content);
  const bodiless = status === 204 || status === 304 || status === 101;
  const head = new ResponseWriter();
  return collect((writer, body) => {
    head.write(writer, response, NO_DEFAULTS, {
      contentLength: status === 304 ? -1 : content.length,
      bodiless,
      unframed: status === 204 || status === 101,
      connection: status === 101 ? 'upgrade' : 'none',
      chunks: true,
      persists: true,
    });
    if (!bodiless) body(head.framing, content, response.trailers);
  });
}

function inMemory(content: Content): Uint8Array {
  if (isStream(content)) throw new TypeError('a stream cannot be serialised without a connection');
  return bytesOf(content);
}

type WriteBody = (framing: number, content: Uint8Array, trailers: Headers | null) => void;

/** Collects a head and the body behind it. */
function collect(write: (head: HeadWriter, body: WriteBody) => void): Uint8Array {
  const head = HeadWriter.acquire();
  const out = new HeadWriter();
  const sink: ByteSink = {
    write(buf, start = 0, end = buf.length) {
      out.bytes(buf.subarray(start, end));
      return true;
    },
    pause() {},
    resume() {},
    cork() {},
    uncork() {},
    end() {},
  };
  try {
    write(head, (framing, content, trailers) => {
      sink.write(head.buf, 0, head.length);
      head.length = 0;
      const body = new BodyWriter(sink, framing);
      if (framing !== 0 || content.length > 0) body.write(content, 0, content.length);
      body.end(framing === CHUNKED ? trailers : null);
    });
    if (head.length > 0) sink.write(head.buf, 0, head.length);
    return out.buf.slice(0, out.length);
  } finally {
    head.release();
  }
}
