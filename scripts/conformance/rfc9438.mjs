/** RFC 9438: CUBIC. */

import { done } from './clause.mjs';

/** RFC 9438. */
export const rfc9438 = {
  number: 9438,
  title: 'CUBIC for Fast and Long-Distance Networks',
  sections: [
    {
      title: '',
      clauses: [
        done(
          '4.2',
          'the window follows W_cubic(t) = C (t - K)^3 + W_max',
          'congestion/cubic-stage.ts #wCubic',
        ),
        done(
          '4.2 K',
          'K is the time to W_max; 0 where the stage begins above it',
          'congestion/cubic-stage.ts CubicStage',
        ),
        done(
          '4.2 target',
          'the target is not below the window, and half above it at most',
          'congestion/cubic-stage.ts grow',
        ),
        done(
          '4.2 t',
          't begins with the stage, behind the recovery, and stands still while nothing is in flight',
          ['congestion/cubic.ts handleSent', 'congestion/cubic-stage.ts skip'],
        ),
        done(
          '4.3',
          'where Reno would have a larger window, the window is that',
          'congestion/cubic-stage.ts grow',
        ),
        done(
          '4.3 alpha',
          'which grows by 3 (1 - beta) / (1 + beta), by 1 above the last window',
          'congestion/cubic-stage.ts ALPHA',
        ),
        done(
          '4.4',
          'below W_max an ACK adds (target - cwnd) / cwnd: concave',
          'congestion/cubic-stage.ts grow',
        ),
        done('4.5', 'above it, too: convex', 'congestion/cubic-stage.ts grow'),
        done(
          '4.6',
          'congestion leaves 0.7 of what was in flight',
          'congestion/cubic.ts #decrease',
          'Or of what was delivered in a round trip: RFC 7661, 4.4.1',
        ),
        done(
          '4.6 minimum',
          'two segments on loss, one on a mark, at least',
          'congestion/cubic.ts #decrease',
        ),
        done('4.6 ECN', 'a mark counts as loss does', 'congestion/cubic.ts handleCongestion'),
        done(
          '4.7',
          'below the last W_max the next one is lower: fast convergence',
          'congestion/cubic.ts #decrease',
          'For single flows too, which no sender can tell',
        ),
        done(
          '4.8',
          'a time-out leaves one segment, and forgets W_max',
          'congestion/cubic.ts handleCongestion #avoidCongestion',
        ),
        done(
          '4.9',
          'only loss may prove to have been none, never a mark',
          'congestion/cubic.ts #decrease',
        ),
        done('4.9.1', 'a spurious time-out is taken back', 'congestion/cubic.ts handleSpurious'),
        done(
          '4.9.2',
          'so is a spurious fast retransmit, with everything that it has changed',
          'congestion/cubic.ts handleSpurious',
        ),
        done(
          '4.10',
          'slow start to ssthresh; where it ends without loss, its window is W_max',
          'congestion/cubic.ts #slowStart #avoidCongestion',
          'HyStart++ (RFC 9406) ends the first one',
        ),
        done(
          '5.1',
          'on paths with little in flight it is as fast as Reno',
          'congestion/cubic-stage.ts',
        ),
        done('5.6', 'flows of the same round trip share a path', 'congestion/cubic.ts'),
        done(
          '5.8',
          'a window that is not used does not grow',
          'congestion/cubic.ts #avoidCongestion',
        ),
      ],
    },
  ],
};
