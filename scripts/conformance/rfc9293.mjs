/** RFC 9293: every numbered requirement of appendix B, and the steps of section 3 that have no number. */

import { done, not } from './clause.mjs';
import { rfc9293Data } from './rfc9293-data.mjs';
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
    'a reset ends a connection at once: nothing is kept of it, and what still comes is answered by another one',
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
    'RFC 1191; RFC 4821 for black holes and for the way up',
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
    ...rfc9293Data,
    ...rfc9293Interfaces,
  ],
};
