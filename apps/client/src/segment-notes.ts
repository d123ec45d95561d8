/**
 * Every segment as a line on stderr, with its direction and why it was sent or what was decided
 * about it. States and timers follow at the next verbosity.
 */

import { segmentLog, type TcpObserver } from '@netlayers/tcp';
import type { Notes } from './notes.js';

/** Makes an observer that writes down what it sees. */
export function segmentNotes(notes: Notes): TcpObserver {
  const { magenta, blue, dim } = notes.colors;
  return segmentLog({
    segment: (arrow, segment, note) =>
      notes.line(`${arrow === '<-' ? magenta(arrow) : blue(arrow)} ${segment} ${dim(note)}`),
    ...(notes.shows('trace') && { event: (text: string) => notes.line(dim(`   ${text}`)) }),
  });
}
