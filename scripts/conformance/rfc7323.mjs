/** RFC 7323: window scale, timestamps, PAWS. */

import { done, not } from './clause.mjs';

/** RFC 7323. */
export const rfc7323 = {
  number: 7323,
  title: 'TCP Extensions for High Performance',
  sections: [
    {
      title: '2: window scale',
      clauses: [
        done(
          '2.2 SYN',
          'the option is offered in a SYN, and in a SYN-ACK only where the SYN has it',
          ['sending/emit.ts emitSynOptions', 'arrival/syn-sent.ts takeSyn'],
        ),
        done(
          '2.2 both',
          'windows are scaled where both have sent it',
          'arrival/syn-sent.ts takeSyn',
        ),
        done('2.2 unscaled', 'the window of a SYN is never scaled', [
          'arrival/syn-sent.ts takeSyn',
          'connection/receiver.ts advertise',
        ]),
        done('2.3 shift', 'a shift above 14 is taken as 14', 'wire/options.ts MAX_WINDOW_SHIFT'),
        done(
          '2.3',
          'SND.WND is shifted left by what the peer has said, the window field right by what we have',
          ['arrival/acknowledge.ts acknowledge', 'connection/receiver.ts advertise'],
        ),
        done(
          '2.4',
          'rounding to the scale takes no offer back',
          'connection/receiver.ts advertise',
          'Unless the field would offer more than the buffer',
        ),
      ],
    },
    {
      title: '3 and 4: timestamps',
      clauses: [
        done(
          '3.2 SYN',
          'timestamps are offered in a SYN, and in a SYN-ACK only where the SYN has them',
          ['sending/emit.ts emitSynOptions', 'arrival/syn-sent.ts takeSyn'],
        ),
        done(
          '3.2 always',
          'once agreed they are in every segment',
          'sending/emit.ts emitSegment',
          'In the reset of an abort too; a reset without a connection has none',
        ),
        done(
          '3.2 missing',
          'a segment without them is dropped in silence, a reset excepted',
          'arrival/segment-arrives.ts checkTimestamp',
        ),
        done('3.2 TSecr', 'TSecr is 0 where there is no ACK', 'sending/emit.ts emitSynOptions'),
        done(
          '3.2 unasked',
          'timestamps that were not agreed to mean nothing',
          'arrival/timestamp.ts rememberTimestamp',
        ),
        done(
          '4.1',
          'an echo measures the round trip of what was sent again, too',
          'arrival/acknowledge.ts measure',
        ),
        done(
          '4.1 advance',
          'only where the ACK has moved SND.UNA',
          'arrival/acknowledge.ts measure',
        ),
        done(
          '4.2',
          'many echoes of one round trip do not shorten the memory of SRTT',
          'connection/sender.ts timedFrom',
          'One sample a round trip',
        ),
        done(
          '4.3',
          'the timestamp to echo is that of the segment at the edge of what was acknowledged',
          'arrival/timestamp.ts rememberTimestamp',
        ),
      ],
    },
    {
      title: '5 to 7: PAWS and the clock',
      clauses: [
        done(
          '5.2',
          'timestamps are compared in the circle of 2^32',
          'arrival/segment-arrives.ts checkTimestamp',
        ),
        done(
          '5.3 R1',
          'an older one is answered by an ACK, and the segment dropped',
          'arrival/segment-arrives.ts checkTimestamp',
          'One in 500 ms, but for text',
        ),
        done(
          '5.3 R2',
          'what lies outside of the window is dropped, and its timestamp with it',
          'arrival/timestamp.ts rememberTimestamp',
        ),
        done(
          '5.3 R3',
          'that of a segment at the left edge is remembered',
          'arrival/timestamp.ts rememberTimestamp',
        ),
        done(
          '5.2 RST',
          'a reset is not subject to it, and leaves no timestamp',
          'arrival/segment-arrives.ts checkTimestamp',
        ),
        done(
          '5.4',
          'our clock ticks once in 1 ms to 1 s, and goes on from one incarnation to the next',
          ['connection/connection.ts timestampAt', 'layer/isn.ts timestampOffset'],
        ),
        done(
          '5.5',
          'after 24 days of idleness nothing is compared',
          'arrival/timestamp.ts TIMESTAMP_LIFETIME_MS',
        ),
        not(
          '5.7',
          'fragments of old datagrams are not mixed with new ones',
          'segments are sent with DF',
        ),
        done(
          '7.1',
          'the clock begins elsewhere for each 4-tuple',
          'layer/isn.ts timestampOffset',
          'A keyed hash',
        ),
      ],
    },
  ],
};
