/** RFC 9293: every numbered requirement of appendix B, and the steps of section 3 that have no number. */

import { done, not } from './clause.mjs';
import { rfc9293Interfaces } from './rfc9293-interfaces.mjs';

const header = [
  done('MUST-1', 'the window field is an unsigned number', 'wire/header.ts'),
  done(
    'REC-1',
    'windows are computed with 32 bits',
    'connection/sender.ts updateWindow',
    'JavaScript numbers: no scaled window overflows',
  ),
  done(
    'MUST-2',
    'every segment that is sent has a checksum',
    'sending/emit.ts commit',
    'The sum of the pseudo-header alone where the device completes it',
  ),
  done(
    'MUST-3',
    'every segment that arrives has its checksum verified',
    'layer/tcp.ts #parse',
    'Unless the device vouches for it',
  ),
  done('MUST-4', 'the options END, NOP and MSS are supported', 'wire/options.ts parseOptions'),
  done('MUST-5', 'an option may come in any segment', 'wire/header.ts parseTcp'),
  done('MUST-6', 'an option of an unknown kind is ignored', 'wire/options.ts parseOptions'),
  done(
    'MUST-68',
    'every option but END and NOP has a length, by which it is skipped',
    'wire/options.ts parseOptions',
  ),
  done(
    'MUST-7',
    'an illegal length of an option does no harm',
    'wire/options.ts parseOptions',
    'One that cannot be drops the segment (`bad-option`), one that is wrong for its kind the option',
  ),
  done('MUST-64', 'options are read wherever they begin', 'wire/options.ts', 'Octet by octet'),
  done(
    'MUST-69',
    'what is left of the header behind the options is zeros',
    'wire/options.ts',
    'Options are aligned with NOPs, so nothing is left',
  ),
];

const sequenceNumbers = [
  done('3.4', 'sequence numbers are compared modulo 2^32', 'wire/seq.ts seqLt'),
  done(
    'MUST-8',
    'the initial sequence number moves with a clock',
    'layer/isn.ts next',
    '4 us a tick',
  ),
  done(
    'MUST-9',
    'the clock is added to a hash of the 4-tuple and a secret',
    ['layer/isn.ts next', 'layer/siphash.ts'],
    'SipHash-2-4, the secret drawn with each stack',
  ),
  done(
    'SHLD-1',
    'that hash cannot be computed from outside',
    ['layer/isn.ts', 'layer/siphash.ts'],
    'RFC 6528',
  ),
  not(
    '3.4.3',
    'no segment is sent for an MSL after numbers were forgotten',
    'a new secret puts the numbers elsewhere, as everywhere today',
  ),
];

const opening = [
  done('3.5', 'a connection is opened by three segments', [
    'arrival/syn-sent.ts',
    'layer/passive-open.ts',
  ]),
  done('MUST-10', 'SYNs that cross make one connection', [
    'arrival/syn-sent.ts arriveInSynSent',
    'arrival/segment-arrives.ts isCrossedSyn',
  ]),
  done(
    'MUST-11',
    'SYN-RECEIVED knows whether it was opened actively or passively',
    'connection/connection.ts listener',
  ),
  done(
    '3.5.1',
    'a peer that has forgotten the connection is found out, and the connection aborted',
    'arrival/segment-arrives.ts checkReset',
  ),
  done(
    '3.5.2 group 1',
    'a segment without a connection is answered by a reset, a reset by nothing',
    'layer/passive-open.ts #reset',
    'At most 200 a second on average to one of 128 groups of peers: `reset-limiter.ts`',
  ),
  done(
    '3.5.2 group 2',
    'an unacceptable ACK before the connection is synchronized is answered by a reset',
    ['arrival/syn-sent.ts arriveInSynSent', 'arrival/segment-arrives.ts completeHandshake'],
  ),
  done(
    '3.5.2 group 3',
    'what is unacceptable afterwards is answered by an empty ACK',
    'arrival/segment-arrives.ts answerRepetition challenge',
    'One in 500 ms of a kind: RFC 5961, 7',
  ),
  not(
    '3.5.2 TIME-WAIT',
    'who sends a reset should enter TIME-WAIT',
    'a reset ends a connection here: the 4-tuple is as good as new, since its sequence numbers go on with the clock',
  ),
  done('3.5.3', 'a reset is believed where its sequence number, or in SYN-SENT its ACK, fits', [
    'arrival/segment-arrives.ts checkReset',
    'arrival/syn-sent.ts',
  ]),
  done('MUST-41', 'a passive open disturbs no other connection', 'layer/listener-table.ts'),
  done('MUST-42', 'several listeners and connections share a port', [
    'layer/listener-table.ts',
    'layer/connection-table.ts',
  ]),
];

const closing = [
  done(
    'SHLD-2',
    'a reset may carry text',
    'arrival/segment-arrives.ts checkReset',
    'Which is ignored',
  ),
  done(
    '3.6 case 1',
    'who closes first sends a FIN until it is acknowledged, and goes on receiving',
    'connection/connection.ts end',
  ),
  done(
    '3.6 case 2',
    'the FIN of the peer is acknowledged, and the connection ends with ours or with the user time-out',
    ['arrival/segment-arrives.ts receiveFin', 'timers/timers.ts giveUp'],
  ),
  done(
    '3.6 case 3',
    'both sides may close at the same time',
    'arrival/segment-arrives.ts receiveFin',
  ),
  done(
    'MUST-12',
    'the application hears whether a connection was closed or aborted',
    ['connection/connection.ts fail', 'connection/delivery.ts round'],
    '`handleClose`, once and last, behind the text that had come before',
  ),
  done(
    '3.6.1',
    'a connection may be closed in one direction only, for as long as both sides like',
    'connection/connection.ts end',
    'After `close()` FIN-WAIT-2 ends by `finWait2Ms`, 60 s: `timers/orphan.ts`',
  ),
  done(
    'MAY-1',
    'an application may close both directions at once',
    'connection/closing.ts closeBoth',
    '`close()`; `end()` closes one',
  ),
  done('SHLD-3', 'then text that nobody reads is answered by a reset', [
    'connection/closing.ts loseUnread',
    'arrival/refuse-text.ts refuseText',
  ]),
  done(
    'MUST-13',
    'an active close stays in TIME-WAIT for twice the MSL',
    'layer/time-wait-table.ts',
    '`timeWaitMs`, 60 s: an MSL of 30 s instead of two minutes, as elsewhere today',
  ),
  done(
    'MAY-2',
    'a new SYN may end TIME-WAIT',
    'layer/time-wait.ts #mayReplace',
    'With an ISS beyond all that was sent',
  ),
  done(
    'SHLD-4',
    'timestamps decide whether it is new',
    'layer/time-wait.ts #mayReplace',
    'RFC 6191',
  ),
];

const segmentSize = [
  done('MUST-14', 'the MSS option is sent and understood', [
    'wire/options.ts',
    'sending/emit.ts emitSynOptions',
  ]),
  done(
    'SHLD-5',
    'the MSS option is in a SYN where it is not the default',
    'sending/emit.ts emitSynOptions',
  ),
  done('MAY-3', 'and in every other SYN, too', 'sending/emit.ts emitSynOptions'),
  done(
    'MUST-15',
    'a peer that names no MSS is sent 536 octets over IPv4, 1220 over IPv6',
    'connection/offer.ts defaultMssTo',
  ),
  done('MUST-16', 'a segment is no larger than the peer and the path allow, options included', [
    'connection/path-mtu.ts settle',
    'sending/emit.ts sackRoom',
  ]),
  done(
    'MUST-67',
    'the MSS that is named fits what the IP layer can receive',
    'connection/offer.ts offeredMss',
  ),
  done('MUST-65', 'the MSS option is on SYNs only', 'sending/emit.ts emitSegment'),
  not(
    'SHLD-6',
    'where the MTU of an interface varies, the smallest counts',
    'an IP layer has one MTU for each route, which does not vary',
  ),
  done(
    '3.7.1',
    'windows that count segments count those of the size that is agreed upon',
    'congestion/slow-start.ts windowForMss',
  ),
  done(
    '3.7.2',
    'segments follow the MTU of the path, reported or not',
    ['arrival/icmp.ts arriveIcmpError', 'connection/path-mtu.ts'],
    'RFC 1191; RFC 4821 for black holes. After ten minutes the path is tried anew',
  ),
  not('3.7.5', 'jumbograms', 'an MSS of 65,495 is the largest; no link here has such an MTU'),
  done(
    'SHLD-7',
    'small segments wait while something is unacknowledged (Nagle)',
    'sending/transmit.ts mayGoSmall',
    "Minshall's form of appendix A.3: while a small one is",
  ),
  done(
    'MUST-17',
    'an application can switch that off for one connection',
    'connection/connection.ts noDelay',
  ),
];

const retransmission = [
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
    'connection/connection.ts setUserTimeout',
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
    'connection/connection.ts setKeepAlive',
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
  done('MUST-36', 'a closed window is probed', 'sending/transmit.ts transmitProbe'),
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
    'sending/transmit.ts transmitProbe',
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

/** RFC 9293. */
export const rfc9293 = {
  number: 9293,
  title: 'Transmission Control Protocol',
  sections: [
    { title: '3.1 and 3.2: header, checksum, options', clauses: header },
    { title: '3.4: sequence numbers', clauses: sequenceNumbers },
    { title: '3.5: opening', clauses: opening },
    { title: '3.6: closing', clauses: closing },
    { title: '3.7: segments', clauses: segmentSize },
    { title: '3.8.1 to 3.8.3: retransmission', clauses: retransmission },
    { title: '3.8.4: keep-alive', clauses: keepAlive },
    { title: '3.8.5: urgent data', clauses: urgent },
    { title: '3.8.6: windows', clauses: windows },
    { title: '3.8.6.3: acknowledgments', clauses: acknowledgments },
    ...rfc9293Interfaces,
  ],
};
