/**
 * An observer that turns what it sees into lines: every segment with its direction, the peer's
 * port, and why it was sent or what was decided about it.
 *
 *     <- SYN seq=3735928559 win=64240 <mss 1460 ...>    port 43210: accepted
 *     -> SYN-ACK seq=1105024978 ack=3735928560 win=65535 <mss 1460 ...>    port 43210: accept
 */

import { formatBecause, formatVerdict } from '../base/reasons.js';
import type { TcpObserver } from '../connection/observer.js';
import { formatSegment } from '../wire/format-segment.js';

/** Where the lines of a log go, in parts, so that they can be coloured. */
export interface SegmentLogSink {
  /**
   * @param arrow `<-` for received, `->` for sent.
   * @param segment the segment, or `dropped`.
   * @param note why.
   */
  segment(arrow: '<-' | '->', segment: string, note: string): void;
  /** A state was entered or a timer has expired. Without it, neither is logged. */
  event?(text: string): void;
}

/** Makes an observer that writes to a sink. */
export function segmentLog(sink: SegmentLogSink): TcpObserver {
  const segments: TcpObserver = {
    segmentReceived(_connection, header, _buf, verdict) {
      const note = `port ${header.sourcePort}: ${formatVerdict(verdict)}`;
      sink.segment('<-', formatSegment(header), note);
    },
    segmentSent(_connection, header, _buf, because) {
      const note = `port ${header.destinationPort}: ${formatBecause(because)}`;
      sink.segment('->', formatSegment(header), note);
    },
    segmentDropped(reason) {
      sink.segment('<-', 'dropped', reason);
    },
  };
  if (sink.event === undefined) return segments;
  const event = sink.event.bind(sink);
  return {
    ...segments,
    stateChanged: (connection, from, to) =>
      event(`port ${connection.remotePort}: ${from} => ${to}`),
    timerExpired: (connection, timer) => event(`port ${connection.remotePort}: ${timer} timer`),
  };
}
