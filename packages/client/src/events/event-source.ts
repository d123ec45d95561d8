/**
 * Events that a server sends as they happen (WHATWG HTML, 9.2), as an async iterable that outlives its
 * connections: it comes back after a pause, and says which event it had last.
 *
 * An answer of 204 ends it, and leaving the loop does. Connections that fail make the pause twice as long
 * each time, until an event has come.
 */

import { type AbortLike, type Clock, HostClock } from '@netlayers/host';
import { ClientError } from '../base/errors.js';
import { shown } from '../base/origin.js';
import { isTransient } from '../hop/retry.js';
import type { RequestOptions } from '../options/client-options.js';
import { givenHeaders, type RequestHeaders } from '../options/request-headers.js';
import type { ClientResponse } from '../response/client-response.js';
import { EventParser, type ServerSentEvent } from './event-parser.js';

/** What makes requests: a `Client`. */
export interface EventRequester {
  get(url: string | URL, options: RequestOptions): Promise<ClientResponse>;
}

/** Options of an {@link eventSource}: those of its requests, and when it comes back. */
export interface EventSourceOptions extends Omit<RequestOptions, 'method' | 'body' | 'json'> {
  /** @default the host's */
  readonly clock?: Clock;
  /** The pause before it comes back, until the server says another. @default 3000 */
  readonly retryMs?: number;
  /** The longest pause after failures. @default 60000 */
  readonly maxRetryMs?: number;
  /** Characters of one event. @default 1048576 */
  readonly maxEventCharacters?: number;
  /** The id of the event that was the last one. @default none */
  readonly lastEventId?: string;
}

/** A server, or what is before it, is away for a while. */
const AWAY = new Set([502, 503, 504]);

/**
 * The events of a URL. A connection that brings nothing for `bodyTimeoutMs` is taken for lost.
 *
 * @throws ClientError `bad-event-stream` for an answer that is none, `event-too-large`; what a request
 *   fails with that it is of no use to repeat; the reason of the signal.
 */
export async function* eventSource(
  client: EventRequester,
  url: string | URL,
  options: EventSourceOptions = {},
): AsyncGenerator<ServerSentEvent, void> {
  const { clock = new HostClock(), retryMs = 3000, maxRetryMs = 60_000 } = options;
  const { maxEventCharacters = 0x10_0000, lastEventId = '', ...request } = withoutOwn(options);
  const { signal } = request;
  let id = lastEventId;
  let pauseMs = retryMs;
  for (let failures = 0; ; failures++) {
    const parser = new EventParser(id, maxEventCharacters);
    try {
      const headers = headersOf(request, id);
      const response = await client.get(url, { ...request, headers });
      if (response.status === 204) return;
      if (isStream(response)) {
        for await (const piece of response) {
          for (const event of parser.read(piece)) {
            failures = -1;
            id = event.lastEventId;
            yield event;
          }
        }
      }
    } catch (error) {
      if (signal?.aborted || !isTransient(error)) throw error;
    }
    id = parser.lastEventId;
    pauseMs = parser.retryMs ?? pauseMs;
    const longer = pauseMs * 2 ** Math.max(0, failures);
    await pause(clock, Math.min(longer, Math.max(maxRetryMs, pauseMs)), signal);
  }
}

/** The options without those that no request knows. */
function withoutOwn(options: EventSourceOptions) {
  const { clock: _clock, retryMs: _retryMs, maxRetryMs: _maxRetryMs, ...others } = options;
  return others;
}

function headersOf(request: RequestOptions, id: string): RequestHeaders {
  const { headers, omitted } = givenHeaders(request.headers);
  const isOpen = (name: string): boolean => !headers.has(name) && !omitted.has(name);
  if (isOpen('accept')) headers.set('Accept', 'text/event-stream');
  if (isOpen('cache-control')) headers.set('Cache-Control', 'no-store');
  if (id !== '') headers.set('Last-Event-ID', octetsOf(id));
  return [...headers, ...[...omitted].map((name) => [name, null] as const)];
}

/** Text as UTF-8: a field has octets. */
function octetsOf(text: string): string {
  let octets = '';
  for (const octet of new TextEncoder().encode(text)) octets += String.fromCharCode(octet);
  return octets;
}

/** Whether an answer is a stream of events; one that is away for a while is none yet. */
function isStream(response: ClientResponse): boolean {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (response.status === 200 && type === 'text/event-stream') return true;
  void response.discard();
  if (AWAY.has(response.status)) return false;
  const text = `${shown(response.url)} answers ${response.status} (${type || 'no type'}) and no stream of events: check the URL`;
  throw new ClientError('bad-event-stream', text);
}

/** Waits; rejects with the signal's reason. */
function pause(clock: Clock, ms: number, signal: AbortLike | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clock.clearTimer(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimer(clock.now() + ms, () => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    });
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted);
  });
}
