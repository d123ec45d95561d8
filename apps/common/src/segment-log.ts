/**
 * Every segment as a line of the log, with its direction and why it was sent or what was decided
 * about it. States and timers follow at the next verbosity.
 */

import { segmentLog as linesOf, type TcpObserver } from '@netlayers/tcp';
import type { ChainLog } from './chain-log.js';

/** Makes an observer that prints what it sees. */
export function segmentLog(log: ChainLog): TcpObserver {
  const { magenta, blue, dim } = log.colors;
  return linesOf({
    segment: (arrow, segment, note) =>
      log.debug(`${arrow === '<-' ? magenta(arrow) : blue(arrow)} ${segment} ${dim(note)}`),
    ...(log.shows('trace') && { event: (text: string) => log.trace(dim(`   ${text}`)) }),
  });
}
