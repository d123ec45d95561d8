/** RFC 6675: loss recovery with SACK; much of it is done by RFC 8985 and RFC 9937 here. */

import { done, not } from './clause.mjs';

/** RFC 6675. */
export const rfc6675 = {
  number: 6675,
  title: 'Loss Recovery Based on SACK',
  sections: [
    {
      title: '',
      clauses: [
        done(
          '2',
          'an ACK with new blocks counts as a duplicate, a changed window or not',
          'arrival/acknowledge.ts isDuplicateAck',
        ),
        done('3', 'a scoreboard knows what was reported', 'connection/send-map.ts SendMap'),
        done('4 Update', 'blocks mark what has arrived', 'recovery/sack.ts takeBlocks'),
        done(
          '4 IsLost',
          'what has three segments reported behind it is lost',
          'recovery/rack.ts reorderingWindow',
          'RFC 8985, 6.2, step 4: with a reordering window of 0',
        ),
        done(
          '4 SetPipe',
          'what is in flight leaves out what has arrived and what is lost',
          'connection/sender.ts pipe',
        ),
        done(
          '4 NextSeg',
          'what is lost goes first, from the left, then new text',
          'sending/transmit.ts transmitQueue',
        ),
        not(
          '4 NextSeg rescue',
          'with nothing else to send, what is not lost yet, or the last segment',
          'the tail loss probe does it (RFC 8985, 7)',
          'recovery/tail-loss-probe.ts',
        ),
        done(
          '5 (1)',
          'recovery begins with three duplicates or with a loss',
          'recovery/loss-recovery.ts judgeBlocks',
        ),
        done(
          '5 (4.1)',
          'and ends when what was in flight at its beginning is acknowledged',
          'recovery/loss-recovery.ts leaveIfRepaired',
        ),
        done(
          '5 (4.2)',
          'it reduces ssthresh and cwnd',
          'recovery/loss-recovery.ts enterFast',
          'cwnd over the round trip: RFC 9937',
        ),
        done(
          '5 (4.3)',
          'the first lost segment leaves at once',
          'recovery/loss-recovery.ts judgeBlocks',
        ),
        done(
          '5 (C)',
          'the others when there is room in the window',
          'sending/transmit.ts transmitLost',
        ),
        done(
          '5.1',
          'a time-out leaves reported segments alone',
          'recovery/loss-recovery.ts handleTimeout',
          'Unless SND.UNA is among them: the peer has reneged',
        ),
      ],
    },
  ],
};
