/**
 * Whether a server is alive, and whether it is to be asked: two questions of whoever runs it. A server
 * that closes, or is about to, is alive and not ready.
 */

import { type Clock, checkOptions, type OptionNames } from '@netlayers/host';
import { Response } from '@netlayers/http';
import type { Handler } from '@netlayers/server';

/** Resolves where all is well, and rejects or throws where it is not. */
export type ReadinessCheck = () => unknown;

/** Settings of {@link Readiness}. */
export interface ReadinessOptions {
  /** The server; 503 while it closes. */
  readonly server?: { readonly isClosing: boolean };
  /** What has to be well, by its name, which is told. @default nothing */
  readonly checks?: Readonly<Record<string, ReadinessCheck>>;
  /** How long a check may take, milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

const OPTIONS: OptionNames<ReadinessOptions> = {
  server: 'optional',
  checks: 'optional',
  timeoutMs: 'optional',
};

const answer = (status: number, value: unknown): Response =>
  Response.json(value, status).header('Cache-Control', 'no-store');

/** Answers that the server is alive: `server.route('GET', '/healthz', alive)`. */
export const alive: Handler = () => answer(200, { status: 'alive' });

/** Answers whether the server is ready: `server.route('GET', '/readyz', readiness.handler)`. */
export class Readiness {
  readonly #options: ReadinessOptions;
  #hasLeft = false;

  /** @throws TypeError for an option that is none. */
  constructor(options: ReadinessOptions = {}) {
    checkOptions('Readiness', options, OPTIONS);
    this.#options = options;
  }

  /**
   * Says 503 from now on: whoever spreads requests stops sending them here. To be called a little
   * before `server.close()`, behind which no new connection is answered.
   */
  leave(): void {
    this.#hasLeft = true;
  }

  /** Answers 200 or 503; why a check has failed is not told. */
  readonly handler: Handler = async (request) => {
    const { server, checks = {}, timeoutMs = 5_000 } = this.#options;
    if (this.#hasLeft || server?.isClosing) return answer(503, { status: 'closing' });
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const isWell = await within(request.clock, timeoutMs, check);
        return [name, isWell ? 'ok' : 'failed'] as const;
      }),
    );
    const isReady = results.every(([, result]) => result === 'ok');
    return answer(isReady ? 200 : 503, {
      status: isReady ? 'ready' : 'not ready',
      checks: Object.fromEntries(results),
    });
  };
}

/** Whether a check comes to a good end in time. */
function within(clock: Clock, ms: number, check: ReadinessCheck): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(clock.now() + ms, () => resolve(false));
    const end = (isWell: boolean): void => {
      clock.clearTimer(timer);
      resolve(isWell);
    };
    new Promise((begin) => begin(check())).then(
      () => end(true),
      () => end(false),
    );
  });
}
