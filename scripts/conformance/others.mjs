/** Sections of further RFCs that tests name, and what of these RFCs is not done. */

import { done, not } from './clause.mjs';

/** An RFC in one table. */
const short = (number, title, clauses) => ({ number, title, sections: [{ title: '', clauses }] });

/** About congestion and loss. */
const recovery = [
  short(2018, 'Selective Acknowledgment', [
    done('2', 'SACK is used where both SYNs permit it', 'arrival/syn-sent.ts takeSyn'),
    done('3', 'three blocks fit beside timestamps, four without', 'sending/emit.ts sackBlocks'),
    done(
      '4',
      'the first block is the one that has grown last, then those before it',
      'memory/range-set.ts newest',
    ),
    done('5', 'a sender marks what was reported, and sends it again no more', [
      'recovery/sack.ts takeBlocks',
      'connection/send-map.ts markSacked',
    ]),
    done(
      '8',
      'a receiver may give up what it has reported; the sender keeps it until it is acknowledged',
      ['connection/receiver.ts prune', 'recovery/loss-recovery.ts handleTimeout'],
    ),
  ]),
  short(2883, 'D-SACK', [
    done(
      '4',
      'a receiver names the latest duplicate in the first block of its next ACK',
      'connection/receiver.ts',
    ),
    done('4.1.1', 'a whole segment that has come twice is one block', 'connection/receiver.ts'),
    done(
      '4.1.2',
      'of a duplicate beyond a gap the block that holds it comes second',
      'connection/receiver.ts',
    ),
    done('4.2', 'of a segment that was here in part, that part is named', 'connection/receiver.ts'),
    done(
      '4 answers',
      'every duplicate is answered at once',
      'arrival/segment-arrives.ts answerRepetition',
    ),
    done(
      '5',
      'a sender knows reports of duplicates by what they cover',
      'recovery/sack.ts isDuplicateBlock',
    ),
  ]),
  short(3042, 'Limited Transmit', [
    done(
      '2',
      'the first two duplicates let new text leave, which does not count as flight',
      'recovery/duplicate-acks.ts countDuplicate',
    ),
  ]),
  short(3168, 'ECN', [
    done('5', 'marks stand for loss', 'arrival/ecn.ts takeEcho'),
    done(
      '6.1.1',
      'it is agreed to by both bits in the SYN and ECE in the SYN-ACK',
      'arrival/ecn.ts agreeOnEcn',
    ),
    done('6.1.1.1', 'a SYN that is repeated asks no more', 'timers/timers.ts repeat'),
    done(
      '6.1.2',
      'an echo reduces the window, once a round trip, and CWR says so',
      'arrival/ecn.ts takeEcho',
    ),
    done('6.1.3', 'a mark is echoed until CWR', 'arrival/ecn.ts takeMark'),
    done('6.1.4', 'bare ACKs are not ECN-capable', 'sending/emit.ts emitSegment'),
    done('6.1.5', 'nor are repetitions', 'sending/emit.ts emitSegment'),
    done('6.1.6', 'nor window probes', 'sending/emit.ts emitSegment'),
  ]),
  short(3465, 'Appropriate Byte Counting', [
    done(
      '2.2',
      'slow start counts octets, up to L segments an ACK',
      'congestion/slow-start.ts SLOW_START_LIMIT',
      '8 instead of 2',
    ),
    done('2.3', 'after a time-out one', 'congestion/slow-start.ts SLOW_START_LIMIT_AFTER_TIMEOUT'),
  ]),
  short(3522, 'Eifel detection', [
    done(
      '3.2',
      'an echo older than the repetition says that it was needless',
      'recovery/undo.ts provenNeedless',
    ),
  ]),
  short(3708, 'Needless retransmissions seen by D-SACK', [
    done(
      '2',
      'a recovery of which every repetition comes back as a duplicate was needless',
      'recovery/undo.ts provenNeedless',
    ),
  ]),
  short(4015, 'Eifel response', [
    done('3.2', 'then the window is what it was', [
      'recovery/undo.ts undo',
      'congestion/congestion-control.ts handleSpurious',
    ]),
  ]),
  short(5682, 'F-RTO', [
    done(
      '2.1',
      'the two ACKs behind a time-out say whether it was spurious',
      'recovery/frto.ts judgeTimeout',
    ),
    done('3.1', 'so they do with SACK', 'recovery/frto.ts judgeTimeout'),
  ]),
  short(6582, 'NewReno', [
    done(
      '3.2 step 2',
      'duplicates of before the last recovery begin no other',
      'recovery/duplicate-acks.ts countDuplicate',
    ),
    done(
      '4.1',
      'after a time-out, duplicates behind a small step tell of a lost repetition, behind a great one of a needless one',
      'recovery/duplicate-acks.ts isRepetitionLost',
    ),
    done('3.2 step 3 full', 'the ACK of everything ends a recovery, without a burst', [
      'recovery/loss-recovery.ts leaveIfRepaired',
      'congestion/slow-start.ts windowAfterRecovery',
    ]),
    done(
      '3.2 step 3 partial',
      'an ACK of a part has the next hole sent again',
      'recovery/duplicate-acks.ts takePartialAck',
    ),
    done(
      '4',
      'only the first one starts the timer anew: impatient',
      'recovery/duplicate-acks.ts takePartialAck',
    ),
  ]),
  short(6928, 'Initial window', [
    done(
      '2',
      'ten segments, 14,600 octets at most, two segments at least',
      'congestion/congestion-control.ts initialWindow',
    ),
  ]),
  short(7661, 'Congestion window validation', [
    done(
      '4.3',
      'a window of which less than half is used does not grow',
      'connection/sender.ts isWindowUsed',
    ),
    done(
      '4.4.1',
      'congestion goes by what was delivered in a round trip',
      'congestion/cubic.ts #decrease',
    ),
    done(
      '4.4.3',
      'an idle sender remembers three quarters of what the path took',
      'congestion/cubic.ts handleIdle',
    ),
  ]),
  short(9406, 'HyStart++', [
    done(
      '4.2',
      'delay turns slow start into a conservative one, which ends it or proves to be a mistake',
      'congestion/hystart.ts',
    ),
    done('4.3', 'for the first slow start only; L is 8, or none where segments are paced', [
      'congestion/hystart.ts',
      'congestion/cubic.ts',
    ]),
  ]),
  short(9937, 'Proportional rate reduction', [
    done('6', 'in recovery what leaves follows what is delivered', 'recovery/prr.ts reduce'),
  ]),
];

/** About the path, the layer, and attacks. */
const layer = [
  short(1122, 'Requirements for hosts', [
    done(
      '3.2.2.1',
      'unreachable messages say by their code what cannot be reached',
      'packages/ipv4/src/icmp.ts',
      'The rest is in rfc1122-ipv4.md',
    ),
  ]),
  short(1191, 'Path MTU discovery', [
    done('3', 'a report makes segments smaller at once', 'arrival/icmp.ts sendSmaller'),
    done('4', 'a report names the MTU of the next hop', 'packages/ipv4/src/icmp.ts'),
    done(
      '5',
      'a report without an MTU is one of a smaller path: 576',
      'arrival/icmp.ts arriveIcmpError',
      'Not a plateau of the table',
    ),
    done('6.3', 'ten minutes later the path is tried anew', 'connection/path-mtu.ts probeIfDue'),
    done(
      '6.4',
      'what was dropped for its size is sent again at once, and is no congestion',
      'arrival/icmp.ts sendSmaller',
    ),
  ]),
  short(1337, 'TIME-WAIT assassination', [
    not(
      '3 (F1)',
      'resets are ignored in TIME-WAIT',
      'one at RCV.NXT ends it, as RFC 9293 has it',
      'layer/time-wait.ts',
    ),
  ]),
  short(1812, 'Requirements for routers', [
    done('4.3.2.8', 'ICMP errors are bounded', 'packages/ipv4/src/token-bucket.ts'),
  ]),
  short(4821, 'Path MTU discovery without ICMP', [
    done(
      '7.1',
      'all but the probe keep to the size that is known to pass',
      'sending/transmit.ts transmitMtuProbe',
    ),
    done(
      '7.3',
      'first the largest size is tried, then halfway between what passes and what does not',
      'connection/path-mtu.ts #candidate',
    ),
    done(
      '7.4',
      'only with enough text behind the probe to tell its loss by',
      'sending/transmit.ts transmitMtuProbe',
      'And only with SACK; without it all segments grow',
    ),
    done('7.5', 'a probe is new text in a larger segment', 'sending/transmit.ts transmitMtuProbe'),
    done('7.6.1', 'one that arrives makes segments as large', 'connection/path-mtu.ts handleProbe'),
    done('7.6.2', 'one that is lost alone is a size that does not pass, and no congestion', [
      'connection/path-mtu.ts handleProbe',
      'recovery/mtu-probe.ts judgeMtuProbe',
    ]),
    done(
      '7.6.4',
      'one that is lost with others says nothing',
      'recovery/mtu-probe.ts judgeMtuProbe',
    ),
    done(
      '7.7',
      'full segments that vanish again and again are made smaller',
      'connection/path-mtu.ts handleTimeout',
    ),
  ]),
  short(4987, 'SYN floods', [
    done('3.6', 'a full queue of half-open connections is answered with cookies', [
      'layer/cookie-handshake.ts',
      'layer/syn-cookie.ts',
    ]),
    done('3.3', 'or, by setting, its oldest one makes room', 'layer/listener.ts addHalfOpen'),
  ]),
  short(5482, 'User Timeout Option', [
    done(
      '3',
      'the option of a peer is skipped',
      'wire/options.ts',
      'It would let a peer say for how long we keep state for it',
    ),
    not(
      '3.1',
      'our user time-out is told to the peer',
      'Linux has no such option either, and nobody would hear',
    ),
  ]),
  short(5927, 'ICMP attacks', [
    done(
      '4.1',
      'an ICMP error counts if it quotes what is in flight',
      'arrival/icmp.ts arriveIcmpError',
    ),
    done(
      '5.2',
      'hard errors are soft once a connection is synchronized',
      'arrival/icmp.ts arriveIcmpError',
    ),
    done(
      '7.2',
      'a small MTU is believed as far as it is borne out',
      'connection/path-mtu.ts handleReport handleTimeout',
    ),
  ]),
  short(6056, 'Port randomization', [
    done(
      '3.3.2',
      'ephemeral ports are drawn, each as likely as another',
      'packages/ip/src/ephemeral-port.ts chooseEphemeralPort',
    ),
  ]),
  short(6093, 'Urgent data', [
    done('2', 'urgent data is delivered in line', 'arrival/segment-arrives.ts processText'),
  ]),
  short(6191, 'TIME-WAIT and timestamps', [
    done(
      '2',
      'a SYN with a later timestamp begins a new connection; without timestamps its number decides',
      'layer/time-wait.ts #mayReplace allowsOpen',
    ),
  ]),
  short(6429, 'Senders in persist', [
    done(
      '5',
      'a connection that nobody owns does not stay for a closed window',
      'timers/orphan.ts handleOrphan',
    ),
  ]),
  short(6528, 'Sequence number attacks', [
    done('3', 'initial sequence numbers are a clock and a keyed hash', 'layer/isn.ts next'),
  ]),
  short(8201, 'Path MTU discovery for IPv6', [
    done(
      '4',
      'an MTU is never taken to be smaller than what every link of the version carries',
      'connection/path-mtu.ts',
    ),
  ]),
];

/** Further RFCs, by number. */
export const others = [...recovery, ...layer].sort((a, b) => a.number - b.number);
