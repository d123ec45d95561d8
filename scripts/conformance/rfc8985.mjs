/** RFC 8985: RACK-TLP. */

import { done, not } from './clause.mjs';

/** RFC 8985. */
export const rfc8985 = {
  number: 8985,
  title: 'The RACK-TLP Loss Detection Algorithm',
  sections: [
    {
      title: '',
      clauses: [
        done(
          '4',
          'it needs SACK; without it duplicates are counted',
          'recovery/loss-recovery.ts judge',
        ),
        done(
          '6.1',
          'it is known when each segment was last sent, and whether it was sent again',
          'connection/send-map.ts sentAt timesRepeated',
        ),
        done(
          '6.2 step 1',
          'the smallest round trip is known',
          'timing/rtt-estimator.ts noteMin',
          'Of the last ten seconds',
        ),
        done(
          '6.2 step 2',
          'RACK.segment is the latest sent that has arrived; a repetition answered too early does not count',
          'recovery/acknowledgment.ts updateRack',
        ),
        done(
          '6.2 step 3',
          'an original that arrives behind a later one is reordering',
          'recovery/acknowledgment.ts reorderingSeen',
        ),
        done(
          '6.2 step 4',
          'the reordering window is 0 with three segments reported and no reordering seen, else a quarter of the smallest round trip',
          'recovery/rack.ts reorderingWindow',
        ),
        done(
          '6.2 step 4 DSACK',
          'duplicates that are reported widen it, once a round trip, for 16 recoveries, to SRTT at most',
          'recovery/rack.ts adaptToDuplicates settleReordering',
        ),
        done(
          '6.2 step 5',
          'what was sent before RACK.segment and has used up its time is lost, repetitions too',
          'recovery/rack.ts detectLoss',
        ),
        done('6.2 step 5 timer', 'a timer looks again when the time of the others is over', [
          'recovery/rack.ts detectLoss',
          'recovery/loss-recovery.ts handleReorderingTimeout',
        ]),
        done(
          '6.3',
          'a time-out marks the first segment and those whose time is over',
          'recovery/rack.ts isTimedOut',
        ),
        done('7.1', 'a probe is out at most once', 'recovery/tail-loss-probe.ts noteProbe'),
        done(
          '7.2',
          'it is due after two SRTT, before the RTO, if nothing is known to be missing',
          'recovery/tail-loss-probe.ts scheduleProbe',
        ),
        done(
          '7.2 delayed',
          'later where the ACK of a lone segment may be delayed',
          'recovery/tail-loss-probe.ts scheduleProbe',
          '200 ms',
        ),
        done(
          '7.3',
          'it is new text, else the last segment',
          'sending/transmit.ts transmitTailProbe',
        ),
        done(
          '7.3 window',
          'whatever the congestion window says',
          'sending/transmit.ts transmitTailProbe',
        ),
        done(
          '7.3 RTO',
          'the retransmission timer starts anew with it',
          'recovery/tail-loss-probe.ts noteProbe',
        ),
        done(
          '7.4',
          'a probe that has repaired a loss is congestion; one that came twice is not',
          'recovery/tail-loss-probe.ts judgeProbe',
        ),
        not(
          '8',
          'to set one of the timers for reordering, the probe and the RTO stops the others',
          'each has its own deadline; the probe is set before the RTO only, and stopped while anything is missing',
          'recovery/tail-loss-probe.ts scheduleProbe',
        ),
      ],
    },
  ],
};
