/**
 * Which failures are worth another try, and how long to wait before it.
 */

import type { ClientResponse } from '@netlayers/client';
import type { RetrySpec } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';

const TRANSIENT_STATUS = new Set([408, 429, 500, 502, 503, 504]);

/** Nothing of the request can have reached the server. */
const BEFORE_REQUEST = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'connect-timeout']);

/** The server, or the way to it, may be better next time. */
const TRANSIENT = new Set([
  'ECONNRESET',
  'ETIMEDOUT',
  'closed',
  'incomplete',
  'headers-timeout',
  'body-timeout',
]);

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Whether a request may be sent again after a failure. */
export function mayRetryError(error: unknown, idempotent: boolean): boolean {
  if (error instanceof CommandError) return idempotent && error.exitCode === ExitCode.TIMEOUT;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return false;
  return BEFORE_REQUEST.has(code) || (idempotent && TRANSIENT.has(code));
}

/** Whether a request may be sent again after this answer. */
export const mayRetryStatus = (status: number, idempotent: boolean): boolean =>
  idempotent && TRANSIENT_STATUS.has(status);

/**
 * How long to wait before the next try, milliseconds: what the server says, what was asked for, or
 * twice as long each time.
 *
 * @param attempt how many tries there were.
 */
export function pauseMs(
  attempt: number,
  response: ClientResponse | null,
  wallTime: number,
  { delayMs }: Pick<RetrySpec, 'delayMs'>,
): number {
  const said = response?.headers.get('retry-after') ?? null;
  if (said !== null) {
    const seconds = /^\d{1,7}$/.test(said) ? Number(said) * 1000 : Date.parse(said) - wallTime;
    if (seconds >= 0) return Math.min(seconds, LONGEST_PAUSE_MS);
  }
  if (delayMs !== null) return delayMs;
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}
