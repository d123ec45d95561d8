/**
 * Every segment as a line, with its direction and why it was sent or what was decided about it:
 *
 *     <- SYN seq=3735928559 win=64240 mss=1460  port 43210, accepted
 *     -> SYN-ACK seq=1105024978 ack=3735928560 win=65535 mss=1460  port 43210, accept
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
import type { Log } from './log.js';

function fieldsOf(header: TcpHeader): string {
  const text = header.dataEnd - header.dataStart;
  const fields = [formatFlags(header.flags), `seq=${header.seq}`];
  if ((header.flags & TcpFlag.ACK) !== 0) fields.push(`ack=${header.ack}`);
  fields.push(`win=${header.wnd}`);
  if (text > 0) fields.push(`len=${text}`);
  if ((header.flags & TcpFlag.SYN) !== 0 && header.mss > 0) fields.push(`mss=${header.mss}`);
  return fields.join(' ');
}

/** Makes an observer that prints what it sees. */
export function segmentLog(log: Log): TcpObserver {
  const { colors } = log;
  const segments: TcpObserver = {
    segmentReceived(_connection, header, _buf, verdict) {
      const note = colors.dim(` port ${header.sourcePort}, ${formatVerdict(verdict)}`);
      log.debug(`${colors.magenta('<-')} ${fieldsOf(header)} ${note}`);
    },
    segmentSent(_connection, header, _buf, because) {
      const note = colors.dim(` port ${header.destinationPort}, ${formatBecause(because)}`);
      log.debug(`${colors.blue('->')} ${fieldsOf(header)} ${note}`);
    },
    segmentDropped(reason) {
      log.debug(`${colors.magenta('<-')} ${colors.red(`dropped: ${reason}`)}`);
    },
  };
  if (!log.shows('trace')) return segments;
  return {
    ...segments,
    stateChanged: (_connection, from, to) => log.trace(colors.dim(`   ${from} => ${to}`)),
    timerExpired: (_connection, timer) => log.trace(colors.dim(`   ${timer} timer`)),
  };
}
