/**
 * A free port, chosen once for all workers and for those that come after them.
 */

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The dynamic ports (RFC 6335, 6). */
const FIRST = 49_152;
const LAST = 65_535;

/**
 * Chooses a port. On our own TCP nobody else has any; on the kernel's it is asked, which another program
 * may do between that and the workers' own listening: they say so then.
 *
 * @throws Error for a host that is none of this machine's.
 */
export function choosePort(transport: 'tun' | 'kernel', host: string | null): Promise<number> {
  if (transport === 'tun') return Promise.resolve(randomInt(FIRST, LAST + 1));
  return new Promise((resolve) => {
    const server = createServer();
    const done = (port: number): void => {
      server.close(() => resolve(port));
    };
    // The workers meet the same error and explain it.
    server.once('error', () => resolve(0));
    server.listen({ port: 0, host: host ?? '127.0.0.1' }, () => {
      const bound = server.address();
      done(bound !== null && typeof bound === 'object' ? bound.port : 0);
    });
  });
}
