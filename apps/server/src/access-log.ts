/**
 * One line per answered request, in the formats that log analysers read: the common log format of
 * the first web servers, the combined one with the referring page and the client's name, or JSON.
 */

import type { Colors } from '@netlayers/common';
import type { AccessRecord } from '@netlayers/server';

/** How a line is written. */
export const LOG_FORMATS = ['common', 'combined', 'json'] as const;

/** One of the formats. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The peer left before there was a response: the number that nginx made known for it. */
const CLIENT_CLOSED = 499;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const two = (value: number): string => String(value).padStart(2, '0');

/** `29/Nov/2026:20:24:46 +0100`, in the time zone of this machine. */
function commonTime(ms: number): string {
  const at = new Date(ms);
  const day = `${two(at.getDate())}/${MONTHS[at.getMonth()]}/${at.getFullYear()}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const offset = -at.getTimezoneOffset();
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  return `${day}:${time} ${zone}`;
}

const UNSAFE = /[^\x20-\x7e]|["\\]/;

const hex = (char: string): string =>
  [...new TextEncoder().encode(char)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    .join('');

/** Between quotes: the peer's text can end neither them nor the line, nor command a terminal. */
const quoted = (text: string | null): string =>
  `"${text === null ? '-' : UNSAFE.test(text) ? text.replace(/[^\x20-\x7e]|["\\]/gu, hex) : text}"`;

function coloredStatus(status: number, colors: Colors): string {
  const text = String(status === 0 ? CLIENT_CLOSED : status);
  if (status === 0) return colors.dim(text);
  if (status >= 500) return colors.red(text);
  if (status >= 400) return colors.yellow(text);
  return status >= 300 ? colors.cyan(text) : colors.green(text);
}

function commonLine(
  { method, target, status, bytes, remoteAddress, head }: AccessRecord,
  time: string,
  colors: Colors,
): string {
  // What did not parse has neither.
  const request = head === null ? null : `${method} ${target} HTTP/${head.version}`;
  const size = bytes === 0 ? '-' : bytes;
  return `${remoteAddress} - - [${time}] ${quoted(request)} ${coloredStatus(status, colors)} ${size}`;
}

const fieldOf = ({ head }: AccessRecord, name: string): string | null =>
  head?.headers.get(name) ?? null;

function jsonLine(record: AccessRecord, ms: number): string {
  const { head, ...rest } = record;
  const { status, durationMs } = rest;
  return JSON.stringify({
    time: new Date(ms).toISOString(),
    ...rest,
    status: status === 0 ? CLIENT_CLOSED : status,
    durationMs: Math.round(durationMs * 1000) / 1000,
    ...(head === null
      ? {}
      : {
          version: head.version,
          referer: fieldOf(record, 'referer'),
          userAgent: fieldOf(record, 'user-agent'),
        }),
  });
}

/** Writes lines of a format. */
export class AccessLog {
  readonly #format: LogFormat;
  readonly #colors: Colors;
  readonly #wallTime: () => number;
  /** The second that `#time` is the text of: a busy server writes many lines in one. */
  #second = Number.NaN;
  #time = '';

  /** @param wallTime milliseconds since 1970. */
  constructor(format: LogFormat, colors: Colors, wallTime: () => number = Date.now) {
    this.#format = format;
    this.#colors = colors;
    this.#wallTime = wallTime;
  }

  /** The line of a request, or of what did not become one. */
  line(record: AccessRecord): string {
    const now = this.#wallTime();
    if (this.#format === 'json') return jsonLine(record, now);
    const line = commonLine(record, this.#timeAt(now), this.#colors);
    if (this.#format === 'common') return line;
    return `${line} ${quoted(fieldOf(record, 'referer'))} ${quoted(fieldOf(record, 'user-agent'))}`;
  }

  #timeAt(ms: number): string {
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#time = commonTime(ms);
    }
    return this.#time;
  }
}
