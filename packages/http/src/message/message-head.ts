/**
 * What a start line and a header section say together: the message without its content, and with
 * what a connection must know of it. Heads are made by parsers only.
 */

import type { Headers } from './headers.js';
import type { Method } from './method.js';
import type { StatusCode } from './status-code.js';

/** The version of a message; later minor versions of 1 are treated as 1.1 (RFC 9110, 6.2). */
export type HttpVersion = '1.0' | '1.1' | '2.0';

/** {@link RequestHead.bodyLength} of content whose end only its own coding or the close shows. */
export const UNKNOWN_LENGTH = -1;

/** The head of a received request. */
export interface RequestHead {
  readonly method: Method;
  /** The request target as received, in a form that suits the method. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  /** Bytes of content to come; 0 for none, {@link UNKNOWN_LENGTH} for a chunked body. */
  readonly bodyLength: number;
  /** Whether the client wishes to go on with this connection (RFC 9112, 9.3). */
  readonly keepAlive: boolean;
  /** Whether the client waits for 100 (Continue) before it sends the content (RFC 9110, 10.1.1). */
  readonly expectsContinue: boolean;
  /** Whether it asks to leave HTTP: by `Upgrade` (RFC 9110, 7.8) or as a CONNECT. */
  readonly wantsSwitch: boolean;
}

/** The head of a received response. */
export interface ResponseHead {
  readonly status: StatusCode;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  /** Bytes of content to come; 0 for none, {@link UNKNOWN_LENGTH} for a chunked body or one that ends with the connection. */
  readonly bodyLength: number;
  /** Whether the server will go on with this connection (RFC 9112, 9.3). */
  readonly keepAlive: boolean;
}
