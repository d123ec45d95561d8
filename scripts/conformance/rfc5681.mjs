/** RFC 5681: congestion control. */

import { done } from './clause.mjs';

/** RFC 5681. */
export const rfc5681 = {
  number: 5681,
  title: 'TCP Congestion Control',
  sections: [
    {
      title: '',
      clauses: [
        done(
          '2',
          'a duplicate ACK acknowledges nothing new while data is in flight, without text, SYN, FIN or a new window',
          'arrival/acknowledge.ts isDuplicateAck',
        ),
        done(
          '3',
          'no more than the smaller of both windows is in flight',
          'sending/transmit.ts transmitNew',
        ),
        done(
          '3.1 initial window',
          'a connection begins with an initial window',
          'congestion/congestion-control.ts initialWindow',
          'That of RFC 6928',
        ),
        done('3.1 SYN loss', 'with one segment where a SYN or SYN-ACK was lost', [
          'arrival/syn-sent.ts settleSynRtt',
          'congestion/congestion-control.ts handleSynLoss',
        ]),
        done(
          '3.1 (2)',
          'slow start: an ACK opens the window by what it acknowledges',
          'congestion/slow-start.ts slowStartGrowth',
          'By at most 8 segments (RFC 9406, 4.3), by any number where segments are paced',
        ),
        done(
          '3.1 (3)',
          'congestion avoidance: one segment a round trip',
          'congestion/new-reno.ts handleAck',
          'NewReno; CUBIC by RFC 9438',
        ),
        done(
          '3.1 (4)',
          'loss sets ssthresh to half of what was in flight, two segments at least',
          'congestion/new-reno.ts handleCongestion',
          'What limited transmit has sent does not count. CUBIC: 0.7',
        ),
        done(
          '3.1 loss window',
          'a time-out leaves one segment, from which slow start begins',
          'congestion/new-reno.ts handleCongestion',
        ),
        done(
          '3.1 repeated',
          'the same segment lost again leaves ssthresh as it is',
          'recovery/loss-recovery.ts handleTimeout',
        ),
        done(
          '3.1 unused',
          'ssthresh and cwnd go by what was in flight, not by a window that is not used',
          'connection/sender.ts isWindowUsed',
          'RFC 7661',
        ),
        done(
          '3.2 fast retransmit',
          'the third duplicate ACK has the first segment sent again',
          'recovery/duplicate-acks.ts countDuplicate',
          'Without SACK; with it RFC 8985',
        ),
        done(
          '3.2 step 1',
          'the first two duplicates send new text (RFC 3042)',
          'recovery/duplicate-acks.ts countDuplicate',
        ),
        done('3.2 step 2', 'the third one reduces ssthresh', 'recovery/loss-recovery.ts enterFast'),
        done(
          '3.2 step 4',
          'each one more opens the window by a segment',
          'recovery/duplicate-acks.ts countDuplicate',
        ),
        done(
          '3.2 step 6',
          'the ACK of new data ends that, at ssthresh',
          'recovery/loss-recovery.ts leaveIfRepaired',
        ),
        done('3.2 recovery', 'meanwhile the window does not grow otherwise', [
          'congestion/new-reno.ts handleAck',
          'congestion/cubic.ts handleAck',
        ]),
        done(
          '4.1',
          'after more than an RTO without sending, from no more than the initial window',
          ['sending/transmit.ts restartAfterIdle', 'congestion/slow-start.ts restartWindow'],
        ),
        done(
          '4.2 every second',
          'every second full segment is acknowledged, the others within 500 ms',
          'sending/transmit.ts transmitAck',
        ),
        done(
          '4.2 gap',
          'what comes out of order is acknowledged at once',
          'sending/transmit.ts transmitAcksOfGaps',
        ),
        done(
          '4.2 filled',
          'and what fills a gap, or a part of one',
          'arrival/receive-text.ts receiveText',
        ),
        done('4.3', 'loss is recovered from with SACK where the peer has it', [
          'recovery/rack.ts',
          'recovery/sack.ts',
        ]),
        done(
          '5 ACK division',
          'ACKs of parts of a segment open the window no faster',
          'congestion/slow-start.ts slowStartGrowth',
          'Octets are counted: RFC 3465',
        ),
      ],
    },
  ],
};
