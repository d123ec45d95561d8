/**
 * Writes the head of a response (RFC 9112, 4 and 6; RFC 9110, 6.6.1, 8.6, 10.2.4): the program's
 * fields, then what it left out of `Date`, `Server`, `Connection` and the framing.
 *
 * What the program says wins wherever it is not false: it may name its own `Content-Length`, say
 * `close`, or replace `Server`; it cannot say `keep-alive` on a connection that closes.
 */

import { localError } from '../grammar/errors.js';
import { equalsIgnoringCase, listHas } from '../grammar/tokens.js';
import {
  CHUNKED,
  faultOfTransferEncoding,
  parseContentLength,
  UNTIL_CLOSE,
} from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import type { ResponseMessage } from '../message/message.js';
import { reasonPhrase } from '../message/status-code.js';
import { checkTrailers, trailerNames } from '../message/trailers.js';
import { type HeadDefaults, KEEP_ALIVE } from './head-defaults.js';
import { type HeadWriter, headBytes } from './head-writer.js';

const CLOSE = headBytes('Connection: close\r\n');
const UPGRADE = headBytes('Connection: upgrade\r\n');
const CHUNKED_LINE = headBytes('Transfer-Encoding: chunked\r\n');

/** Status lines by status code, made when first needed; at most one for each of 900 codes. */
const statusLines: (Uint8Array | undefined)[] = [];

/** Which of the fields that a connection adds are already there. */
const HAS_DATE = 1;
const HAS_SERVER = 2;
const HAS_CONNECTION = 4;

/** What a head must say beyond the program's own fields. */
export interface ResponsePlan {
  /** Length of content in memory; -1 for a stream, and where it says nothing (304). */
  readonly contentLength: number;
  /** Whether the status or the method leaves no room for content. */
  readonly bodiless: boolean;
  /** Whether even `Content-Length` and `Transfer-Encoding` are out of place (1xx, 204, tunnels). */
  readonly unframed: boolean;
  /** What to say of the connection where the program says nothing. */
  readonly connection: 'decide' | 'upgrade' | 'none';
  /** Whether the peer understands chunks. */
  readonly chunks: boolean;
  /** Whether the connection may go on. */
  readonly persists: boolean;
}

/** Writes heads; the outcome of the last one is in its fields. */
export class ResponseWriter {
  /** Length of the body to follow, `CHUNKED` or `UNTIL_CLOSE`. */
  framing = 0;
  /** Whether the connection persists as far as this response decides it. */
  persists = true;

  #seen = 0;
  #declaredLength = -1;
  #declaredChunked = false;

  /**
   * Writes the head of a final response, or of a 101.
   *
   * @param defaults what the program need not say.
   */
  write(
    writer: HeadWriter,
    response: ResponseMessage,
    defaults: HeadDefaults,
    plan: ResponsePlan,
  ): void {
    this.persists = plan.persists;
    this.#declaredChunked = response.trailers !== null;
    this.#seen = 0;
    this.#declaredLength = -1;
    if (response.trailers !== null) checkTrailers(response.trailers);
    writeStatusLine(writer, response);
    this.#fields(writer, response.headers);
    this.framing = this.#frame(plan);
    if (this.framing === UNTIL_CLOSE) this.persists = false;
    this.#generalFields(writer, defaults, plan);
    this.#framingFields(writer, response, plan);
    writer.lineEnd();
  }

  /** `Date`, `Server` and `Connection`, as far as the program has not said them. */
  #generalFields(writer: HeadWriter, defaults: HeadDefaults, plan: ResponsePlan): void {
    if (this.#seen === 0 && this.persists && plan.connection === 'decide') {
      writer.bytes(defaults.persistentLines);
      return;
    }
    if ((this.#seen & HAS_DATE) === 0) writer.bytes(defaults.dateLine);
    if ((this.#seen & HAS_SERVER) === 0) writer.bytes(defaults.serverLine);
    this.#connectionField(writer, plan);
  }

  #connectionField(writer: HeadWriter, plan: ResponsePlan): void {
    const said = (this.#seen & HAS_CONNECTION) !== 0;
    if (plan.connection !== 'decide') {
      if (plan.connection === 'upgrade' && !said) writer.bytes(UPGRADE);
    } else if (!this.persists) {
      writer.bytes(CLOSE);
    } else if (!said) {
      writer.bytes(KEEP_ALIVE);
    }
  }

  #fields(writer: HeadWriter, headers: Headers): void {
    const count = headers.size;
    for (let at = 0; at < count; at++) {
      const name = headers.nameAt(at);
      const value = headers.valueAt(at);
      switch (name.length) {
        case 4:
          if (equalsIgnoringCase(name, 0, 'date')) this.#seen |= HAS_DATE;
          break;
        case 6:
          if (equalsIgnoringCase(name, 0, 'server')) this.#seen |= HAS_SERVER;
          break;
        case 10:
          if (equalsIgnoringCase(name, 0, 'connection') && !this.#takesConnection(value)) continue;
          break;
        case 14:
          if (equalsIgnoringCase(name, 0, 'content-length')) {
            this.#takeLength(value);
            continue;
          }
          break;
        case 17:
          if (equalsIgnoringCase(name, 0, 'transfer-encoding')) {
            if (faultOfTransferEncoding(value) !== null) {
              throw localError('invalid-framing', `cannot apply the transfer coding "${value}"`);
            }
            this.#declaredChunked = true;
            continue;
          }
          break;
      }
      writer.field(name, value);
    }
  }

  /** Whether the line is to be sent: plain `close` and `keep-alive` are written later, as decided. */
  #takesConnection(value: string): boolean {
    if (listHas(value, 'close')) this.persists = false;
    const lower = value.toLowerCase();
    if (lower === 'close' || lower === 'keep-alive') return false;
    this.#seen |= HAS_CONNECTION;
    return true;
  }

  #takeLength(value: string): void {
    const length = parseContentLength(value);
    const repeated = this.#declaredLength >= 0 && this.#declaredLength !== length;
    if (length < 0 || !Number.isFinite(length) || repeated) {
      throw localError('invalid-framing', `not a Content-Length: "${value}"`);
    }
    this.#declaredLength = length;
  }

  #frame(plan: ResponsePlan): number {
    const declared = this.#declaredLength;
    if (plan.bodiless) return 0;
    if (declared >= 0 && this.#declaredChunked) {
      throw localError('invalid-framing', 'both Content-Length and Transfer-Encoding');
    }
    if (plan.contentLength >= 0) {
      if (declared >= 0 && declared !== plan.contentLength) {
        throw localError(
          'invalid-framing',
          `a Content-Length of ${declared} for content of ${plan.contentLength} bytes`,
        );
      }
      return this.#declaredChunked && plan.chunks ? CHUNKED : plan.contentLength;
    }
    if (declared >= 0) return declared;
    return plan.chunks ? CHUNKED : UNTIL_CLOSE;
  }

  #framingFields(
    writer: HeadWriter,
    { headers, trailers }: ResponseMessage,
    plan: ResponsePlan,
  ): void {
    if (plan.unframed) return;
    if (this.framing === CHUNKED) {
      if (trailers !== null && !headers.has('trailer')) {
        writer.field('Trailer', trailerNames(trailers));
      }
      writer.bytes(CHUNKED_LINE);
      return;
    }
    if (this.framing === UNTIL_CLOSE) return;
    // Without a body (HEAD, 304) the length of what is not sent may be said, if it is known.
    let length = this.framing;
    if (plan.bodiless) {
      length = this.#declaredLength >= 0 ? this.#declaredLength : plan.contentLength;
      // No content given is not the same as content of no bytes (RFC 9110, 8.6).
      if (length <= 0 && this.#declaredLength < 0) return;
    }
    writer.text('Content-Length: ');
    writer.number(length);
    writer.lineEnd();
  }
}

/** Writes an interim response, which has fields but neither framing nor content. */
export function writeInterim(writer: HeadWriter, response: ResponseMessage): void {
  writeStatusLine(writer, response);
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === 'content-length' || lower === 'transfer-encoding') {
      throw localError('invalid-framing', `an interim response with ${name}`);
    }
    writer.field(name, value);
  }
  writer.lineEnd();
}

/** Writes `HTTP/1.1 SP status SP [reason] CRLF`: the last space is there even without a reason. */
export function writeStatusLine(writer: HeadWriter, response: ResponseMessage): void {
  const { status, reason } = response;
  if (reason !== reasonPhrase(status)) {
    writer.text(`HTTP/1.1 ${status} ${reason}\r\n`);
    return;
  }
  statusLines[status] ??= headBytes(`HTTP/1.1 ${status} ${reason}\r\n`);
  writer.bytes(statusLines[status]);
}
