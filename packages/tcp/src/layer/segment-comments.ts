/**
 * Comments for a capture: why each segment was sent, and what was decided about each that came, with the
 * state that its connection is in. TCP tells an observer of a segment just before its packet reaches the
 * device, and while it looks at one that has come, so the comment that is taken there belongs to it.
 *
 *     const comments = segmentComments();
 *     const device = captureDevice(tun, { ..., comment: comments.take });
 *     createStack({ device, observer: comments.observer(others) });
 *
 * Packets of others than TCP, and those that IP has dropped, get none.
 */

import { formatBecause, formatVerdict, type TcpDropReason } from '../base/reasons.js';
import type { TcpObserver } from '../connection/observer.js';

/** Makes comments out of what an observer is told. */
export interface SegmentComments {
  /** What to put in the place of another observer, which is still told everything. */
  observer(other?: TcpObserver | null): TcpObserver;
  /** The comment of the packet that is being sent or was just judged, once; `null` for every other. */
  readonly take: (direction: 'inbound' | 'outbound') => string | null;
}

/** What has happened to another segment than the one that has come. */
const OF_OTHERS: ReadonlySet<TcpDropReason> = new Set(['half-open-evicted', 'transmit-queue-full']);

/** Makes a source of comments for one stack and its capture. */
export function segmentComments(): SegmentComments {
  const comments: { inbound: string | null; outbound: string | null } = {
    inbound: null,
    outbound: null,
  };
  return {
    observer: (other = null) => ({
      ...other,
      segmentSent(connection, header, buf, because) {
        const why = formatBecause(because);
        comments.outbound =
          connection === null ? why : `${why}; ${connection.state}, ${windowsOf(connection)}`;
        other?.segmentSent?.(connection, header, buf, because);
      },
      segmentReceived(connection, header, buf, verdict) {
        const what = formatVerdict(verdict);
        comments.inbound = connection === null ? what : `${what}; ${connection.state}`;
        other?.segmentReceived?.(connection, header, buf, verdict);
      },
      segmentDropped(reason) {
        if (!OF_OTHERS.has(reason)) comments.inbound = `dropped: ${reason.replaceAll('-', ' ')}`;
        other?.segmentDropped?.(reason);
      },
    }),
    take: (direction) => {
      const taken = comments[direction];
      comments[direction] = null;
      return taken;
    },
  };
}

const windowsOf = ({ snd }: NonNullable<Parameters<NonNullable<TcpObserver['segmentSent']>>[0]>) =>
  `cwnd ${snd.congestion.cwnd}, in flight ${snd.pipe}`;
