/**
 * Sends a hop again that has failed, or that a server wants to have later (RFC 9110, 9.2.2, 10.2.3 and
 * 15.6.4): only where that cannot do the same thing twice, and where the body can be sent again.
 *
 * Pauses grow, and part of each is chance, so that the clients of a server that has failed do not all
 * come back in the same moment.
 */

import type { Clock } from '@netlayers/host';
import { parseHttpDate } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { sleep } from '../base/sleep.js';
import { type RetrySettings, retrySettings } from '../options/retry-options.js';
import type { ClientResponse } from '../response/client-response.js';
import type { Hop } from './hop.js';
import type { Layer } from './layers.js';

/** Nothing of the request can have reached the server. */
const BEFORE_REQUEST = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'connect-timeout',
]);

/** The server, or the way to it, may be better next time. */
const TRANSIENT = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'closed',
  'incomplete',
  'headers-timeout',
  'body-timeout',
  'stream-reset',
]);

/** The server has not looked at the request: it does not matter what it was (RFC 9113, 8.7). */
const UNPROCESSED = 'unprocessed';

/** Whether a failure may be over the next time, whatever it is that has failed. */
export const isTransient = (error: unknown): boolean =>
  error instanceof ClientError &&
  (BEFORE_REQUEST.has(error.code) || TRANSIENT.has(error.code) || error.code === UNPROCESSED);

/** What retries need of the client. */
export interface RetryTools {
  readonly clock: Clock;
  /** Uint32s. */
  readonly random: () => number;
  /** Told before each retry. */
  readonly tell: (because: string, delayMs: number) => void;
}

/** The layer that retries. */
export function retrying(tools: RetryTools): Layer {
  return async (hop, send) => {
    const settings = retrySettings(hop.settings.retry);
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt > settings.limit;
      let because: string;
      let askedMs: number | null = null;
      try {
        const response = await send(hop);
        if (isLast || !isWorthRetrying(response, hop, settings)) return response;
        askedMs = retryAfter(response, tools.clock.wallTime());
        if (askedMs !== null && askedMs > settings.maxDelayMs) return response;
        void response.discard();
        because = `status ${response.status}`;
      } catch (error) {
        hop.cancellation.check();
        if (isLast || !mayFollowFailure(error, hop, settings)) throw error;
        because = (error as ClientError).message;
      }
      const delayMs = Math.max(askedMs ?? 0, backOff(attempt, settings, tools.random));
      tools.tell(because, delayMs);
      await sleep(tools.clock, delayMs, hop.cancellation);
    }
  };
}

function isWorthRetrying(response: ClientResponse, hop: Hop, settings: RetrySettings): boolean {
  const { statuses, methods } = settings;
  return hop.body.repeatable && statuses.includes(response.status) && methods.includes(hop.method);
}

function mayFollowFailure(error: unknown, hop: Hop, settings: RetrySettings): boolean {
  if (!(error instanceof ClientError)) return false;
  if (BEFORE_REQUEST.has(error.code)) return true;
  if (!hop.body.repeatable) return false;
  if (error.code === UNPROCESSED) return true;
  return TRANSIENT.has(error.code) && settings.methods.includes(hop.method);
}

/** Twice as long each time; between half of it and all of it. */
function backOff(attempt: number, settings: RetrySettings, random: () => number): number {
  const { delayMs, maxDelayMs } = settings;
  const longest = Math.min(maxDelayMs, delayMs * 2 ** (attempt - 1));
  return longest * (0.5 + random() / 2 ** 33);
}

/** What the server asks for (RFC 9110, 10.2.3), milliseconds; `null` where it does not. */
function retryAfter(response: ClientResponse, wallTime: number): number | null {
  const [said] = response.headers.getAll('retry-after');
  if (said === undefined) return null;
  if (/^\d{1,9}$/.test(said)) return Number(said) * 1000;
  const date = parseHttpDate(said, wallTime);
  return date === null ? null : Math.max(0, date - wallTime);
}
