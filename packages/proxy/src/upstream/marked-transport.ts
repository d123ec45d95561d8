/**
 * A transport that remembers which failures are failures to connect: of such a request nothing was
 * sent, so that any may be repeated.
 */

import { ClientError } from '@netlayers/client';
import type { Transport } from '@netlayers/http';

const failures = new WeakSet<object>();

/** Marks what `connect` rejects with. */
export function marked(inner: Transport): Transport {
  return {
    listen: (options, accept) => inner.listen(options, accept),
    connect: async (options) => {
      try {
        return await inner.connect(options);
      } catch (error) {
        if (typeof error === 'object' && error !== null) failures.add(error);
        throw error;
      }
    },
    close: () => inner.close(),
  };
}

/** Whether a request has failed before anything of it was sent. */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  const { cause } = error;
  const isMarked = typeof cause === 'object' && cause !== null && failures.has(cause);
  return isMarked || error.code === 'connect-timeout' || error.code === 'unsupported-protocol';
}
