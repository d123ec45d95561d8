/**
 * `tcpip.js`: lwIP in WebAssembly, for the rows of two stacks in one process.
 */

import { canResolve, howToGet } from './resolve.js';

/** As the table calls it. */
export const TCPIP_JS = 'tcpip.js';

/** How to get it, or `null` where it is there. */
export const tcpipJsMissing = (): string | null =>
  canResolve('tcpip') ? null : howToGet('tcpip', 'https://github.com/chipmk/tcpip.js');

/** The same of it and its HTTP, which is a package of its own. */
export const tcpipHttpMissing = (): string | null =>
  tcpipJsMissing() ??
  (canResolve('@tcpip/http')
    ? null
    : howToGet('@tcpip/http', 'packages/http of https://github.com/chipmk/tcpip.js'));
