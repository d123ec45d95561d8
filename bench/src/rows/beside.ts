/**
 * One client is idle on a kept connection while another is served: how long the other waits.
 */

import { GENERATOR, requestFor, startLoad } from '../harness/generator.js';
import type { LineProcess } from '../harness/processes.js';
import type { Row, Variant } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';

const TURN_MS = 300;

const variant = (peer: Peer): Variant => ({
  name: peer.title,
  open: async () => {
    const { host, port, process } = await peer.services.http!();
    const kept = { host, port, request: requestFor(host, '/') };
    const idle: LineProcess = await startLoad({ ...kept, mode: 'hold' });
    await idle.ask('open 1');
    const request = requestFor(host, '/', ['Connection: close']);
    const other = await startLoad({ ...kept, mode: 'connect', connections: 1, request });
    return {
      measure: async () => {
        const { count, seconds } = await other.ask(`run ${TURN_MS}`);
        return { value: (seconds! * 1000) / count! };
      },
      close: async () => {
        await other.stop();
        await idle.stop();
        await process.stop();
      },
    };
  },
});

/** Milliseconds for connect, GET and close beside an idle connection. */
export const besideRow = (peers: readonly Peer[], against: readonly string[]): Row => ({
  name: 'beside',
  title: 'connect, GET, close beside an idle kept connection',
  unit: 'ms',
  moreIsBetter: false,
  variants: peers.map(variant),
  against,
  generator: GENERATOR,
});
