/**
 * Passes what nothing else answers on to other servers. They are asked over the kernel's TCP, whoever
 * carries the requests: they are behind this machine, not in front of it.
 */

import { kernelTransport } from '@netlayers/kernel';
import { proxy, type ReverseProxy } from '@netlayers/proxy';
import type { Log } from './log.js';

/** Makes the handler; it is the caller's to close. */
export function proxiedServers(urls: readonly string[], log: Log): ReverseProxy {
  return proxy(urls, {
    transport: kernelTransport(),
    onFailure: ({ upstream, error }) =>
      log.warn(`${upstream}: ${error instanceof Error ? error.message : String(error)}`),
  });
}
