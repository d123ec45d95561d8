/**
 * A response whose content goes through something on its way to the program: a cache, a count.
 */

import { ClientResponse } from './client-response.js';

/** What is around the content of a response. */
export interface ContentWrapper {
  /** Passes the content on. Asked for once, when the program asks for the content. */
  wrap(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Does without the content. @default the response does */
  discard?(): Promise<void>;
}

/** The response with its content wrapped. */
export const withContent = (response: ClientResponse, wrapper: ContentWrapper): ClientResponse =>
  new ClientResponse(response, {
    get content() {
      return wrapper.wrap(response.body);
    },
    get trailers() {
      return response.trailers;
    },
    discard: () => wrapper.discard?.() ?? response.discard(),
    takeStream: () => response.takeStream(),
  });
