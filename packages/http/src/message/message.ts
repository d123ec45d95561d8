/**
 * A request and a response as plain data (RFC 9110, 6): what stands in a message, without a way to
 * and from bytes. Writers ask for no more; whoever made the data has checked it.
 */

import type { Content } from './content.js';
import type { Headers } from './headers.js';
import type { HttpVersion } from './message-head.js';
import type { Method } from './method.js';
import type { StatusCode } from './status-code.js';

/** What a request and a response have in common. */
export interface Message {
  /** The version received; what is sent is always HTTP/1.1. */
  readonly version: HttpVersion;
  readonly headers: Headers;
  readonly content: Content;
  /** Fields behind a chunked body; `null` without any. */
  readonly trailers: Headers | null;
}

/** The data of a request. */
export interface RequestMessage extends Message {
  readonly method: Method;
  /** The request target as it stands in the request line: `/path?query`, for one. */
  readonly target: string;
}

/** The data of a response. */
export interface ResponseMessage extends Message {
  readonly status: StatusCode;
  /** The reason phrase; it may be empty and means nothing (RFC 9112, 4). */
  readonly reason: string;
}
