/** RFC 6298: the retransmission timer. */

import { done, not, untested } from './clause.mjs';

/** RFC 6298. */
export const rfc6298 = {
  number: 6298,
  title: "Computing TCP's Retransmission Timer",
  sections: [
    {
      title: '',
      clauses: [
        done(
          '2.1',
          'the RTO is 1 s before the first measurement',
          'timing/rtt-estimator.ts RttEstimator',
          '`initialRtoMs`',
        ),
        done(
          '2.2',
          'the first one sets SRTT to it and RTTVAR to half of it',
          'timing/rtt-estimator.ts sample',
        ),
        done('2.3', 'the next ones count for 1/8 and 1/4', 'timing/rtt-estimator.ts sample'),
        not(
          '2.4',
          'an RTO is 1 s at least',
          '200 ms above SRTT (`minRtoMs`), as in Linux: the RFC weighs spurious time-outs against slow recovery, and F-RTO and Eifel take the spurious ones back',
          'timing/rtt-estimator.ts sample',
        ),
        done(
          '2.5',
          'a largest RTO is 60 s at least',
          'connection/settings.ts maxRtoMs',
          '`maxRtoMs` 60 s',
        ),
        done(
          '3',
          'segments that were sent again are not measured, unless timestamps tell which one was',
          'arrival/acknowledge.ts measure',
          'Nor by an echo of before the last repetition',
        ),
        done(
          '3 rate',
          'one measurement a round trip at least',
          'connection/sender.ts timedFrom',
          'And no more, so that 2.3 counts round trips',
        ),
        untested(
          '4',
          'the clock ticks in 100 ms or less',
          'timing/rtt-estimator.ts',
          'time is an argument: milliseconds with a fraction',
        ),
        done(
          '5.1',
          'the timer runs while something is in flight',
          'connection/sender.ts #handleLeft',
        ),
        done('5.2', 'it stops when all is acknowledged', 'arrival/acknowledge.ts setTimers'),
        done('5.3', 'it starts anew with each ACK of new data', 'arrival/acknowledge.ts setTimers'),
        done(
          '5.4',
          'it sends the earliest segment again',
          'recovery/loss-recovery.ts handleTimeout',
        ),
        done('5.5', 'and doubles the RTO', 'timing/rtt-estimator.ts backOff'),
        done('5.6', 'for which it starts', 'connection/sender.ts #handleLeft'),
        done(
          '5.7',
          'after a lost SYN data begins with 3 s',
          'timing/rtt-estimator.ts restartAfterSynLoss',
          'The SYN-ACK included',
        ),
      ],
    },
  ],
};
