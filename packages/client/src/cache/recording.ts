/**
 * Keeps a copy of content while a program reads it: at the pace of the program, up to so many bytes,
 * and only if it comes to its end.
 */

import { OctetQueue } from '@netlayers/bytes';
import type { Clock } from '@netlayers/host';
import { Timeout } from '../base/timeout.js';
import type { ClientResponse } from '../response/client-response.js';
import { withContent } from '../response/with-content.js';

/** Content that nobody wants is read for the copy up to this, and for so long. */
const UNWANTED_BYTES = 0x1_0000;
const UNWANTED_MS = 1000;

/** What is to become of the copy. */
export interface RecordingPlan {
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Takes the whole content. */
  keep(body: Uint8Array): Promise<void>;
}

/** The response, whose content is kept when it was read. */
export function recording(response: ClientResponse, plan: RecordingPlan): ClientResponse {
  const { clock, maxBytes, keep } = plan;
  let isCut = response.bodyLength > maxBytes;
  async function* wrap(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    const copy = new OctetQueue();
    for await (const chunk of content) {
      isCut ||= copy.length + chunk.length > maxBytes;
      if (isCut) copy.clear();
      else copy.append(chunk, 0, chunk.length);
      yield chunk;
    }
    if (!isCut) await keep(copy.takeAll());
  }
  return withContent(response, {
    wrap,
    discard: async () => {
      const { bodyLength } = response;
      if (isCut || bodyLength < 0 || bodyLength > UNWANTED_BYTES) return response.discard();
      const content = wrap(response.body);
      const timeout = new Timeout(clock, () => {
        isCut = true;
        void response.discard();
      });
      timeout.restart(UNWANTED_MS);
      try {
        for await (const _ of content);
      } finally {
        timeout.stop();
      }
    },
  });
}
