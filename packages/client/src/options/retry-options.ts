/**
 * When a request is sent again because it has failed, and after how long.
 */

import type { Method, StatusCode } from '@netlayers/http';

/** Options of retries. */
export interface RetryOptions {
  /** How often a request is sent again at most. @default 2 */
  readonly limit?: number;
  /**
   * Methods that may be sent twice. One that has not reached the server, because nobody could connect
   * to it, is sent again whatever its method. @default those that RFC 9110, 9.2.2 calls idempotent
   */
  readonly methods?: readonly Method[];
  /** Answers after which it is sent again. @default 408, 429, 500, 502, 503, 504 */
  readonly statuses?: readonly StatusCode[];
  /** The pause before the first retry; each further one is twice as long, and part of it is chance. @default 1000 */
  readonly delayMs?: number;
  /**
   * The longest pause. A server that asks for a longer one in `Retry-After` is taken at its word: its
   * answer is the answer. @default 30000
   */
  readonly maxDelayMs?: number;
}

/** What may be given for the option `retry`: a number is a limit, `false` is none. */
export type Retry = RetryOptions | number | boolean;

/** All of it. */
export type RetrySettings = Required<RetryOptions>;

const DEFAULTS: RetrySettings = {
  limit: 2,
  methods: ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'],
  statuses: [408, 429, 500, 502, 503, 504],
  delayMs: 1000,
  maxDelayMs: 30_000,
};

/** Completes the option. */
export function retrySettings(retry: Retry): RetrySettings {
  if (typeof retry === 'object') return { ...DEFAULTS, ...withoutHoles(retry) };
  if (typeof retry === 'number') return { ...DEFAULTS, limit: retry };
  return { ...DEFAULTS, limit: retry ? DEFAULTS.limit : 0 };
}

/** What is `undefined` counts as left out. */
const withoutHoles = (options: RetryOptions): RetryOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
