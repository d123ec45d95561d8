/** RFC 5961: blind attacks. */

import { done, not } from './clause.mjs';

/** RFC 5961. */
export const rfc5961 = {
  number: 5961,
  title: "Improving TCP's Robustness to Blind In-Window Attacks",
  sections: [
    {
      title: '',
      clauses: [
        done(
          '3.2 (1)',
          'a reset outside of the window is dropped in silence',
          'arrival/segment-arrives.ts checkSequence',
        ),
        done('3.2 (2)', 'one at RCV.NXT resets', 'arrival/segment-arrives.ts checkReset'),
        done(
          '3.2 (3)',
          'one elsewhere in the window is answered by a challenge ACK',
          'arrival/segment-arrives.ts checkReset',
        ),
        done('4.2', 'a SYN is answered by a challenge ACK, wherever it is', [
          'arrival/segment-arrives.ts checkSyn',
          'layer/time-wait.ts #judge',
        ]),
        done(
          '5.2',
          'an ACK is taken from MAX.SND.WND before SND.UNA to SND.NXT; others are answered, and the segment dropped',
          'arrival/segment-arrives.ts checkAck',
        ),
        done(
          '7',
          'challenge ACKs are bounded',
          ['connection/answer-limiter.ts AnswerLimiter', 'layer/reset-limiter.ts ResetLimiter'],
          'One in 500 ms of a kind for each connection: nothing is shared that one could measure',
        ),
        not('8', 'a middlebox that resets has to know the exact number', 'for middleboxes'),
      ],
    },
  ],
};
