/**
 * `fetch` and `serve` of `@tcpip/http` on two stacks of `tcpip.js` in one process: requests one after the
 * other, each answered with 100 bytes on a connection of its own. It keeps none, and of several requests
 * at once some never end.
 */

import { HELLO } from '../process/contents.js';
import { answerLines } from '../process/lines.js';
import { oneByOne } from '../process/one-by-one.js';
import {
  loadInstalled,
  THEIR_FAR,
  type TheirStack,
  theirJoinedStacks,
} from '../process/tcpip-js.js';

/** What is used of its interface; it is no dependency of ours. */
interface TheirHttp {
  readonly fetch: typeof fetch;
  serve(handler: () => Response): Promise<unknown>;
}

const { createHttp } = await loadInstalled<{ createHttp(stack: TheirStack): Promise<TheirHttp> }>(
  '@tcpip/http',
);
const { near, far } = await theirJoinedStacks();
await (await createHttp(far)).serve(() => new Response(HELLO));
const client = await createHttp(near);

answerLines({
  requests: oneByOne(async () => (await client.fetch(`http://${THEIR_FAR}/`)).text()),
});
