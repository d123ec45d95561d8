/**
 * One line per answered request, in the formats that log analysers read: the common log format of
 * the first web servers, the combined one with the referring page and the client's name, or JSON.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { AccessRecord } from '@netlayers/server';

/** How a line is written. */
export const LOG_FORMATS = ['common', 'combined', 'json'] as const;

/** One of the formats. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Settings of an {@link AccessLog}. */
export interface AccessLogOptions {
  readonly format: LogFormat;
  /** Milliseconds since 1970. @default Date.now */
  readonly wallTime?: () => number;
  /** Minutes that this place is before UTC, as `Date` gives it. @default of this machine */
  readonly timezoneOffset?: (ms: number) => number;
  /** Dresses the status for a terminal. @default as it is */
  readonly paint?: (status: number, text: string) => string;
  /** Request fields that a line of JSON has besides, such as `X-Request-Id`. @default none */
  readonly fields?: readonly string[];
}

const OPTIONS: OptionNames<AccessLogOptions> = {
  format: 'needed',
  wallTime: 'optional',
  timezoneOffset: 'optional',
  paint: 'optional',
  fields: 'optional',
};

/** The peer left before there was a response: the number that nginx made known for it. */
const CLIENT_CLOSED = 499;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const two = (value: number): string => String(value).padStart(2, '0');

/** `29/Nov/2026:20:24:46 +0100`. */
function commonTime(ms: number, offset: number): string {
  const at = new Date(ms - offset * 60_000);
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const minutes = Math.abs(offset);
  const zone = `${offset > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
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

const statusOf = ({ status }: AccessRecord): number => (status === 0 ? CLIENT_CLOSED : status);

/** Writes lines of a format. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  readonly #wallTime: () => number;
  readonly #offset: (ms: number) => number;
  /** The second that `#time` is the text of: a busy server writes many lines in one. */
  #second = Number.NaN;
  #time = '';

  /** @throws TypeError for an option that is none. */
  constructor(options: AccessLogOptions) {
    checkOptions('AccessLog', options, OPTIONS);
    this.#options = options;
    this.#wallTime = options.wallTime ?? Date.now;
    this.#offset = options.timezoneOffset ?? ((ms) => new Date(ms).getTimezoneOffset());
  }

  /** The line of a request, without an end. */
  line(record: AccessRecord): string {
    const now = this.#wallTime();
    const { format } = this.#options;
    if (format === 'json') return this.#jsonLine(record, now);
    const line = this.#commonLine(record, this.#timeAt(now));
    if (format === 'common') return line;
    const headers = record.head?.headers;
    const names = ['referer', 'user-agent'].map((name) => quoted(headers?.get(name) ?? null));
    return `${line} ${names.join(' ')}`;
  }

  #commonLine(record: AccessRecord, time: string): string {
    const { method, target, head, bytes, remoteAddress } = record;
    const request = head === null ? null : `${method} ${target} HTTP/${head.version}`;
    const status = statusOf(record);
    const painted = this.#options.paint?.(status, String(status)) ?? status;
    return `${remoteAddress} - - [${time}] ${quoted(request)} ${painted} ${bytes === 0 ? '-' : bytes}`;
  }

  #jsonLine(record: AccessRecord, ms: number): string {
    const { method, target, bytes, durationMs, remoteAddress, remotePort, head } = record;
    const headers = head?.headers;
    const more = (this.#options.fields ?? []).map((name) => [
      name.toLowerCase(),
      headers?.get(name) ?? null,
    ]);
    return JSON.stringify({
      time: new Date(ms).toISOString(),
      method,
      target,
      version: head?.version ?? null,
      status: statusOf(record),
      bytes,
      durationMs: Math.round(durationMs * 1000) / 1000,
      remoteAddress,
      remotePort,
      referer: headers?.get('referer') ?? null,
      userAgent: headers?.get('user-agent') ?? null,
      ...Object.fromEntries(more),
    });
  }

  #timeAt(ms: number): string {
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#time = commonTime(ms, this.#offset(ms));
    }
    return this.#time;
  }
}
