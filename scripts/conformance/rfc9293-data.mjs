/** RFC 9293, 3.8: retransmission, keep-alive, urgent data, windows, acknowledgments. */

import { done, not } from './clause.mjs';

const retransmission = [
  done('3.8.1', 'what is not acknowledged in time is sent again until it is', [
    'timers/timers.ts repeat',
    'recovery/loss-recovery.ts handleTimeout',
  ]),
  done('MUST-18', 'the RTO is computed as RFC 6298 says, with the samples that Karn allows', [
    'timing/rtt-estimator.ts',
    'arrival/acknowledge.ts measure',
  ]),
  not(
    'MAY-4',
    'a retransmission may have the same IP identification',
    'every packet has DF set, where it means nothing',
  ),
  done('MUST-19', 'slow start, congestion avoidance, and a back-off of the RTO', [
    'congestion/new-reno.ts',
    'congestion/cubic.ts',
    'timing/rtt-estimator.ts backOff',
  ]),
  done(
    'MAY-18',
    'other algorithms may be used',
    'congestion/congestion-control.ts CongestionControl',
    'CUBIC by default, NewReno, BBR, or one of the application',
  ),
  done(
    'SHLD-8',
    'ECN',
    ['arrival/ecn.ts', 'connection/ecn-state.ts'],
    "Accepted by default, asked for by `ecn: 'request'`",
  ),
  done('MUST-20', 'a connection whose segments are repeated for too long (R2) is closed', [
    'timers/timers.ts giveUp',
    'connection/patience.ts',
  ]),
  not(
    'MUST-20 advice',
    'at R1 the IP layer is advised to look for another gateway',
    'it has one way to a peer and nothing to choose from',
  ),
  done(
    'MUST-21',
    'an application can set R2 for one connection, to infinity too',
    'connection/change-settings.ts changeSettings',
  ),
  done(
    'SHLD-9',
    'between R1 and R2 the application can hear of it',
    'connection/observer.ts timerExpired',
    'The observer does, with every time-out; the handler of a stream does not',
  ),
  done(
    'SHLD-10',
    'R1 is three retransmissions at least',
    'connection/observer.ts timerExpired',
    'Each one is told: whoever listens chooses R1',
  ),
  done('SHLD-11', 'R2 is 100 s at least', 'connection/patience.ts DEFAULT_R2_MS', '120 s'),
  done('MUST-22', 'a SYN is repeated, and given up, in the same way', 'timers/timers.ts repeat'),
  done(
    'MUST-23',
    'a SYN is repeated for three minutes at least',
    'connection/settings.ts synRetries',
    '`synRetries` 7: 183 s. A SYN-ACK 5 times, 63 s, for the sake of the listener',
  ),
];

const keepAlive = [
  done('MAY-5', 'keep-alive', 'timers/keep-alive.ts handleKeepAlive'),
  done(
    'MUST-24',
    'an application can turn it on and off for one connection',
    'connection/change-settings.ts changeSettings',
  ),
  done('MUST-25', 'it is off unless asked for', 'connection/settings.ts keepAlive'),
  done(
    'MUST-26',
    'probes leave only when nothing is outstanding and nothing has come for an interval',
    'timers/keep-alive.ts isQuiet',
    'Segments that are refused do not count, a probe of the peer does',
  ),
  done('MUST-27', 'the interval can be set', 'connection/settings.ts keepAliveIdleMs'),
  done(
    'MUST-28',
    'it is two hours at least unless it is set',
    'connection/settings.ts keepAliveIdleMs',
    'Then `keepAliveIntervalMs` 75 s, `keepAliveProbes` 9',
  ),
  done(
    'MUST-29',
    'one probe without an answer is no dead connection',
    'timers/keep-alive.ts isDead',
    'Also with a user time-out, which counts from the second probe on',
  ),
  done('SHLD-12', 'a probe has no text', 'sending/keep-alive.ts emitKeepAlive'),
  done(
    'MAY-6',
    'or one octet, by setting',
    'sending/keep-alive.ts emitKeepAlive',
    '`keepAliveOctet`',
  ),
];

const NO_PLACE =
  'a byte stream has no place for it: never sent; received, the text is delivered in line (RFC 6093, 2) without a signal';
const urgent = [
  not('SHLD-13', 'applications should not use urgent data', 'there is no way to'),
  not(
    'MUST-30',
    'the urgent mechanism is supported',
    NO_PLACE,
    'arrival/segment-arrives.ts processText',
  ),
  not('MUST-31', 'urgent data may be of any length', 'see MUST-30'),
  not(
    'MUST-62',
    'the urgent pointer is that of the octet behind the urgent data',
    'see MUST-30: it is neither sent nor read',
  ),
  not('MUST-32', 'the application hears of an urgent pointer', 'see MUST-30'),
  not('MUST-33', 'the application can learn how much urgent data is left', 'see MUST-30'),
];

const windows = [
  done(
    '3.8.6',
    'a window may become smaller, its right edge does not move left',
    'connection/receiver.ts advertise',
  ),
  done(
    'SHLD-14',
    'our window does not shrink',
    'connection/receiver.ts advertise',
    'With scaling the field is rounded up, but never above the buffer, so that a peer may see it up to one unit smaller (RFC 7323, 2.4). Every turn of every scripted test looks at the edge',
  ),
  done('MUST-34', 'a peer whose window shrinks is survived', 'sending/transmit.ts'),
  done('SHLD-15', 'then nothing new is sent', 'sending/transmit.ts transmitNew'),
  done('SHLD-16', 'what lies inside is repeated as ever', 'sending/transmit.ts transmitLost'),
  not(
    'MAY-7',
    'what lies beyond may be repeated',
    'the window may be as small as it says: it waits',
    'sending/transmit.ts transmitLost',
  ),
  done('SHLD-17', 'nobody is given up for what lies beyond', 'sending/transmit.ts startPersist'),
  done('MUST-35', 'one that shrinks to nothing is probed', 'sending/transmit.ts startPersist'),
  done('MUST-36', 'a closed window is probed', 'sending/probes.ts transmitWindowProbe'),
  done('SHLD-29', 'for the first time after one RTO', 'sending/transmit.ts startPersist'),
  done(
    'SHLD-30',
    'then after exponentially growing times',
    'sending/transmit.ts startPersist',
    'To 60 s',
  ),
  done(
    'MAY-8',
    'our window may stay closed for as long as the application likes',
    'connection/receiver.ts possibleEdge',
  ),
  done(
    'MUST-37',
    'a connection stays open for as long as the probes are answered',
    ['arrival/acknowledge.ts', 'timers/timers.ts'],
    'Silence for the user time-out ends it. One that nobody owns is given up without progress (RFC 6429, 5)',
  ),
  done(
    '3.8.6.1',
    'a segment at a closed window is answered with what we expect next',
    'arrival/segment-arrives.ts checkSequence',
  ),
  done(
    'MUST-66',
    'ACK, URG and RST count at a closed window, too',
    'arrival/segment-arrives.ts checkSequence',
    'A FIN at its edge as well',
  ),
  done('MUST-38', 'the sender avoids silly windows', 'sending/transmit.ts transmitNew', 'Fs = 1/2'),
  done(
    '3.8.6.2.1 override',
    'a window that stays small is used after a time-out',
    'sending/probes.ts transmitWindowProbe',
  ),
  done(
    'MUST-39',
    'the receiver avoids silly windows',
    'connection/receiver.ts advertise windowUpdateDue',
  ),
];

const acknowledgments = [
  done('SHLD-18', 'ACKs are delayed', 'sending/transmit.ts transmitAck', '`delayedAckMs`, 40'),
  done('MUST-40', 'by less than 0.5 s', 'connection/settings.ts delayedAckMs'),
  done(
    'SHLD-19',
    'every second full segment is acknowledged at once',
    ['sending/transmit.ts transmitAck', 'connection/receiver.ts noteSize'],
    'Full is what the peer sends, timestamps taken off',
  ),
  done(
    'MUST-58',
    'one ACK stands for as many segments as it can',
    'sending/transmit.ts transmitAck',
  ),
  done(
    'MUST-59',
    'all segments that wait are dealt with before an ACK is sent',
    'sending/transmit.ts transmit',
    'Nothing is sent on arrival but resets: output is the end of a turn',
  ),
  done(
    'SHLD-31',
    'text beyond a gap is kept',
    ['connection/receiver.ts keepOutOfOrder', 'memory/range-set.ts'],
    '256 gaps',
  ),
  done('MAY-13', 'and answered at once', 'sending/transmit.ts transmitAcksOfGaps'),
];

/** The sections of 3.8. */
export const rfc9293Data = [
  { title: '3.8.1 to 3.8.3: retransmission', clauses: retransmission },
  { title: '3.8.4: keep-alive', clauses: keepAlive },
  { title: '3.8.5: urgent data', clauses: urgent },
  { title: '3.8.6: windows', clauses: windows },
  { title: '3.8.6.3: acknowledgments', clauses: acknowledgments },
];
