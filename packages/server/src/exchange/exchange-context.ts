/**
 * What all exchanges of a server share, and what they count.
 */

import type { ByteStream } from '@netlayers/http';
import type { ServerSettings } from '../base/server-options.js';
import type { Ticker } from '../base/ticker.js';
import type { ErrorPage } from '../response/error-page.js';
import type { Application } from '../routing/application.js';
import type { Cors } from '../routing/cors.js';
import type { DrainSignals } from './drain-signals.js';

/** The server as its exchanges see it. */
export interface ExchangeContext {
  readonly settings: ServerSettings;
  readonly application: Application;
  readonly cors: Cors | null;
  readonly ticker: Ticker;
  /** What errors look like; `null` for one line of text. */
  readonly errorPage: ErrorPage | null;
  /** Whether each response is to be the last of its connection. */
  readonly isClosing: boolean;
  /** Tells requests that the server closes. */
  readonly drains: DrainSignals;
  /** Requests whose head was complete and valid. */
  requests: number;
  /** Requests answered without a handler. */
  rejected: number;
  /** Exchanges that could only be reset. */
  aborted: number;
  /**
   * So many octets of bodies more wait in memory, or fewer.
   *
   * @returns false when all bodies together hold more than they may.
   */
  countHeld(octets: number): boolean;
  /** Octets of responses that wait for clients to take them. */
  heldContentBytes: number;
  /** Brings the `Date` of responses up to date. */
  refreshDate(): void;
  /**
   * A stream has left HTTP; `taken`, if it is a promise, is what the server waits for as it closes.
   *
   * @returns whether it is one: `over` is called when it is settled.
   */
  waitFor(stream: ByteStream, taken: unknown, over: () => void): boolean;
}
