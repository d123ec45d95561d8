/**
 * Every segment as a line of the log, with its direction and why it was sent or what was decided
 * about it. States and timers follow at the next verbosity.
 *
 * TCP tells of a new state before it tells of the segment that brought it, and before it sends the
 * one that says so. Readers look for the cause first, so states wait for the next segment of their
 * connection; one that has none is printed when the turn is over. Timers are causes themselves.
 */

import { segmentLog as linesOf, type SegmentLogSink, type TcpObserver } from '@netlayers/tcp';
import type { ChainLog } from './chain-log.js';

/** Makes an observer that prints what it sees. */
export function segmentLog(log: ChainLog): TcpObserver {
  const { magenta, blue, dim } = log.colors;
  const segment: SegmentLogSink['segment'] = (arrow, text, note) =>
    log.debug(`${arrow === '<-' ? magenta(arrow) : blue(arrow)} ${text} ${dim(note)}`);
  return log.shows('trace')
    ? causesFirst(segment, (text) => log.trace(dim(`   ${text}`)))
    : linesOf({ segment });
}

type Connection = Parameters<NonNullable<TcpObserver['stateChanged']>>[0];

/** A state that waits for its segment. */
interface Waiting {
  readonly connection: Connection;
  readonly text: string;
}

function causesFirst(
  segment: SegmentLogSink['segment'],
  print: (text: string) => void,
): TcpObserver {
  let waiting: Waiting[] = [];
  let isScheduled = false;
  let event = print;
  const lines = linesOf({ segment, event: (text) => event(text) });

  const printThose = (isDue: (entry: Waiting) => boolean): void => {
    const due = waiting.filter(isDue);
    waiting = waiting.filter((entry) => !isDue(entry));
    for (const { text } of due) print(text);
  };
  const printAll = (): void => {
    isScheduled = false;
    printThose(() => true);
  };
  // The second one runs behind the turn in which the stack sends what was written outside of one.
  const printLater = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => setImmediate(printAll));
  };
  const printOf = (connection: Connection | null): void =>
    printThose((entry) => entry.connection === connection);

  return {
    ...lines,
    segmentReceived(connection, ...rest) {
      lines.segmentReceived?.(connection, ...rest);
      printOf(connection);
    },
    segmentSent(connection, ...rest) {
      lines.segmentSent?.(connection, ...rest);
      printOf(connection);
    },
    stateChanged(connection, ...rest) {
      event = (text) => waiting.push({ connection, text });
      lines.stateChanged?.(connection, ...rest);
      event = print;
      printLater();
    },
    timerExpired(connection, ...rest) {
      printOf(connection);
      lines.timerExpired?.(connection, ...rest);
    },
  };
}
