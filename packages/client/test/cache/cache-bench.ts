/**
 * A client with a cache in virtual time, and behind it an origin that answers as a test says.
 */

import {
  type CacheOptions,
  Client,
  type ClientRequest,
  ClientResponse,
  cache,
  type RequestOptions,
  type ResponseInit,
} from '@netlayers/client';
import { formatHttpDate } from '@netlayers/http';
import { ManualClock } from '@netlayers/testkit';
import { memory } from '../support/raw-server.js';

/** What an origin says: `HttpDate` fields are given as seconds from the beginning of the test. */
export interface Said extends Omit<ResponseInit, 'url' | 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** An origin's behaviour. */
export type Origin = (request: ClientRequest, count: number) => Said | Promise<Said>;

/** A cache between a program and an origin. */
export class CacheBench {
  readonly clock = new ManualClock();
  /** Requests that have reached the origin. */
  readonly asked: ClientRequest[] = [];
  readonly client: Client;

  constructor(origin: Origin | Said, options: Omit<CacheOptions, 'clock'> = {}) {
    const clock = this.clock;
    this.client = new Client({
      transport: memory(),
      clock,
      interceptors: [
        cache({ ...options, clock }),
        async (request) => {
          this.asked.push(request);
          const said =
            typeof origin === 'function' ? await origin(request, this.asked.length) : origin;
          const { url, method } = request;
          const headers = { Date: this.date(0), ...said.headers };
          return ClientResponse.of({ ...said, headers, url, method });
        },
      ],
    });
  }

  /** A date so many seconds from now. */
  date(seconds: number): string {
    return formatHttpDate(this.clock.wallTime() + seconds * 1000);
  }

  /** Asks, reads, and tells what was read. */
  async get(options: RequestOptions = {}, path = '/'): Promise<string> {
    const response = await this.client.request(`http://a.test${path}`, options);
    return response.text();
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }
}

/** An origin whose answers are numbered. */
export const counting =
  (headers: Readonly<Record<string, string>>, more: Omit<Said, 'headers'> = {}): Origin =>
  (_, count) => ({ ...more, headers, body: `answer ${count}` });
