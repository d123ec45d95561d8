/**
 * Comments for a capture: why each segment was sent, and in which state its connection was. TCP
 * tells an observer of a segment just before its packet reaches the device, so the comment that is
 * taken there belongs to it.
 *
 *     const comments = segmentComments();
 *     const device = captureDevice(tun, { ..., comment: comments.take });
 *     createStack({ device, observer: comments.observer(others) });
 *
 * Packets that come in are written before anybody has judged them: they get none.
 */

import { formatBecause } from '../base/reasons.js';
import type { TcpObserver } from '../connection/observer.js';

/** Makes comments out of what an observer is told. */
export interface SegmentComments {
  /** What to put in the place of another observer, which is still told everything. */
  observer(other?: TcpObserver | null): TcpObserver;
  /** The comment of the packet that is being sent, once; `null` for every other packet. */
  readonly take: (direction: 'inbound' | 'outbound') => string | null;
}

/** Makes a source of comments for one stack and its capture. */
export function segmentComments(): SegmentComments {
  let comment: string | null = null;
  return {
    observer: (other = null) => ({
      ...other,
      segmentSent(connection, header, buf, because) {
        const why = formatBecause(because);
        comment =
          connection === null ? why : `${why}; ${connection.state}, ${windowsOf(connection)}`;
        other?.segmentSent?.(connection, header, buf, because);
      },
    }),
    take: (direction) => {
      const taken = direction === 'outbound' ? comment : null;
      if (direction === 'outbound') comment = null;
      return taken;
    },
  };
}

const windowsOf = ({ snd }: NonNullable<Parameters<NonNullable<TcpObserver['segmentSent']>>[0]>) =>
  `cwnd ${snd.congestion.cwnd}, in flight ${snd.pipe}`;
