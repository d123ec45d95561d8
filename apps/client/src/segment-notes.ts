/**
 * Every segment as a line, with its direction and why it was sent or what was decided about it:
 *
 *     -> SYN seq=3735928559 win=65535 mss=1460  connect
 *     <- SYN-ACK seq=1105024978 ack=3735928560 win=64240 mss=1460  accepted
 *
 * States and timers follow at the next verbosity.
 */

import {
  formatBecause,
  formatFlags,
  formatVerdict,
  TcpFlag,
  type TcpHeader,
  type TcpObserver,
} from '@netlayers/tcp';
import type { Notes } from './notes.js';

function fieldsOf(header: TcpHeader): string {
  const length = header.dataEnd - header.dataStart;
  const fields = [formatFlags(header.flags), `seq=${header.seq}`];
  if ((header.flags & TcpFlag.ACK) !== 0) fields.push(`ack=${header.ack}`);
  fields.push(`win=${header.wnd}`);
  if (length > 0) fields.push(`len=${length}`);
  if ((header.flags & TcpFlag.SYN) !== 0 && header.mss > 0) fields.push(`mss=${header.mss}`);
  return fields.join(' ');
}

/** Makes an observer that writes down what it sees. */
export function segmentNotes(notes: Notes): TcpObserver {
  const { magenta, blue, dim, red } = notes.colors;
  const segments: TcpObserver = {
    segmentReceived(_connection, header, _buf, verdict) {
      notes.line(`${magenta('<-')} ${fieldsOf(header)} ${dim(` ${formatVerdict(verdict)}`)}`);
    },
    segmentSent(_connection, header, _buf, because) {
      notes.line(`${blue('->')} ${fieldsOf(header)} ${dim(` ${formatBecause(because)}`)}`);
    },
    segmentDropped(reason) {
      notes.line(`${magenta('<-')} ${red(`dropped: ${reason}`)}`);
    },
  };
  if (!notes.shows('trace')) return segments;
  return {
    ...segments,
    stateChanged: (_connection, from, to) => notes.line(dim(`   ${from} => ${to}`)),
    timerExpired: (_connection, timer) => notes.line(dim(`   ${timer} timer`)),
  };
}
