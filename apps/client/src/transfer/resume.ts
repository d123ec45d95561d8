/**
 * Going on with a download (RFC 9110, 14): which range to ask for, and what the answer means.
 */

import type { ClientResponse } from '@netlayers/client';
import { CommandError, ExitCode } from '../exit-code.js';

/** Identifies what was begun, so that no two versions are joined. */
export interface Begun {
  /** A strong entity tag or a date for `If-Range`; `null` where the server gave none. */
  readonly validator: string | null;
  /** The whole length; `null` where the server did not say. */
  readonly length: number | null;
}

/** What is known of the thing behind a response. */
export function begunOf(response: ClientResponse): Begun {
  const tag = response.headers.get('etag');
  const strong = tag?.startsWith('"') ? tag : null;
  const length = response.status === 200 && !response.decoded ? response.bodyLength : -1;
  return {
    validator: strong ?? response.headers.get('last-modified'),
    length: length >= 0 ? length : null,
  };
}

/** The fields that ask for what is behind `size` bytes. */
export function rangeFields(size: number, begun: Begun | null): [string, string][] {
  if (size === 0) return [];
  const fields: [string, string][] = [['Range', `bytes=${size}-`]];
  if (begun?.validator) fields.push(['If-Range', begun.validator]);
  return fields;
}

/** What to do with the answer to a request for a range. */
export type ResumeStep = 'append' | 'restart' | 'complete';

/**
 * Reads the answer to a request for what is behind `size` bytes.
 *
 * @param mayRestart whether the whole may replace the part.
 * @throws CommandError where the parts would not fit together.
 */
export function resumeStep(
  response: ClientResponse,
  size: number,
  mayRestart: boolean,
): ResumeStep {
  const { status } = response;
  const range = response.headers.get('content-range') ?? '';
  if (status === 206) {
    const first = /^bytes (\d+)-/.exec(range)?.[1];
    if (first !== undefined && Number(first) === size) return 'append';
    throw new CommandError(
      ExitCode.RANGE,
      `the server sends another part than was asked for (${range || 'no Content-Range'}): fetch it anew, without -C`,
    );
  }
  if (status === 416) {
    const whole = /^bytes \*\/(\d+)$/.exec(range)?.[1];
    if (whole !== undefined && Number(whole) === size) return 'complete';
    throw new CommandError(
      ExitCode.RANGE,
      'the file is longer than what the server has: fetch it anew, without -C',
    );
  }
  if (status < 200 || status > 299 || mayRestart) return 'restart';
  throw new CommandError(
    ExitCode.RANGE,
    'the server does not resume, or has another version now: fetch it anew, without -C',
  );
}
