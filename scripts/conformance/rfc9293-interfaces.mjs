/** RFC 9293, 3.9 and 3.10: the interfaces, and what each event does. */

import { done, not, untested } from './clause.mjs';

const DSCP = 'no application here has asked for it; `IpLayer.commit` takes the octet';
const SOURCE_ROUTES =
  'datagrams with source routes are refused: they are a hazard (RFC 7126, 4.3 and 4.4)';

const user = [
  done('MAY-15', 'SEND need not name PUSH', 'sending/send-range.ts emitRange'),
  done(
    'MUST-60',
    'then nothing is held for ever',
    'sending/transmit.ts transmitNew',
    'A corked connection waits: it was asked to',
  ),
  done(
    'MUST-61',
    'and the last segment of what is there has PSH',
    'sending/send-range.ts emitRange',
  ),
  done(
    'MAY-16',
    'PSH does not cut text: small writes are joined',
    'sending/transmit.ts transmitNew',
  ),
  done('SHLD-27', 'several PSH become one', 'sending/send-range.ts emitRange'),
  done('SHLD-28', 'segments are as large as they can be', 'sending/transmit.ts transmitNew'),
  not(
    'MAY-17',
    'the application may be told of PSH',
    'what has arrived is delivered at once, with or without it',
  ),
  not('MAY-14', 'FLUSH', 'what was written cannot be taken back; `abort()` drops all of it'),
  done('MUST-43', 'an open may name its local address', 'layer/tcp.ts TcpConnectOptions'),
  done('MUST-44', 'else the IP layer says which', 'layer/tcp.ts connect'),
  done(
    'MUST-45',
    'and it stays the same for all of the connection',
    'connection/connection.ts localAddress',
  ),
  done(
    'MUST-46',
    'no connection is opened to a broadcast or multicast address',
    'layer/tcp.ts connect',
    'There is no route to one: EHOSTUNREACH',
  ),
  done(
    'MUST-47',
    'soft errors are reported to the application',
    ['connection/connection.ts softError', 'timers/silence.ts'],
    'By `softError`, and as the error of a connection that fails',
  ),
  untested(
    'SHLD-20',
    'reports can be switched off',
    'connection/observer.ts',
    'nobody is interrupted: an error is told with the close, the rest to who observes',
  ),
  not('MUST-48', 'an application can set the Diffserv field', DSCP),
  not('SHLD-21', 'also while the connection lasts', 'see MUST-48'),
  not('SHLD-22', 'it is handed to IP as it is', 'see MUST-48'),
  not('SHLD-23', 'it should not change while a connection lasts', 'see MUST-48: it never does'),
  not('MAY-9', 'the field of what arrives may be handed up', 'see MUST-48'),
];

const lower = [
  done('MUST-49', 'the TTL can be set', 'packages/ipv4/src/ipv4.ts ttl'),
  done('MUST-50', 'IP options that mean nothing to TCP are ignored', 'packages/ipv4/src/ipv4.ts'),
  not('MAY-10', 'the timestamp option of IP', 'for `ping` only: `packages/ipv4`'),
  not('MAY-11', 'the record route option of IP', 'for `ping` only: `packages/ipv4`'),
  not('MUST-51', 'an application can name a source route', SOURCE_ROUTES),
  not('MUST-52', 'which overrides that of a datagram', 'see MUST-51'),
  not('MUST-53', 'the way back is that of the SYN, reversed', 'see MUST-51'),
  not('SHLD-24', 'the latest source route counts', 'see MUST-51'),
  done(
    'MUST-54',
    'ICMP errors find the connection that they are about',
    'arrival/icmp.ts arriveIcmpError',
    'Only if they quote what is in flight (RFC 5927, 4.1)',
  ),
  done('MUST-55', 'source quench is ignored', 'packages/ipv4/src/icmp.ts', 'It is not handed up'),
  done(
    'MUST-56',
    'unreachable 0, 1 and 5, time exceeded and parameter problem end no connection',
    'arrival/icmp.ts arriveIcmpError',
  ),
  done(
    'SHLD-25',
    'but they are told to the application',
    'connection/connection.ts softError',
    'They explain a later time-out, until something is acknowledged',
  ),
  done(
    'SHLD-26',
    'unreachable 2 and 3 abort the connection',
    'arrival/icmp.ts arriveIcmpError',
    'In SYN-SENT; soft afterwards (RFC 5927, 5.2). 4 makes segments smaller',
  ),
  done(
    'MUST-63',
    'a SYN from an address that cannot be is dropped',
    'packages/ipv4/src/address-policy.ts',
  ),
  done(
    'MUST-57',
    'a SYN to a broadcast or multicast address is dropped in silence',
    'packages/ipv4/src/address-policy.ts',
  ),
];

const calls = [
  done(
    '3.10.1',
    'OPEN sends a SYN, or is refused where the connection exists',
    'layer/tcp.ts connect',
  ),
  done(
    '3.10.2',
    'SEND queues until the connection is established, and takes nothing after CLOSE',
    'connection/connection.ts write',
  ),
  done(
    '3.10.3',
    'RECEIVE gets what waits, also after the FIN of the peer',
    'connection/delivery.ts round',
  ),
  done(
    '3.10.4',
    'CLOSE: gone in SYN-SENT, after the handshake in SYN-RECEIVED, else a FIN behind what is queued',
    'connection/connection.ts end',
  ),
  done(
    '3.10.5',
    'ABORT sends a reset and forgets everything',
    ['connection/connection.ts abort', 'sending/emit.ts emitAbort'],
    'In CLOSING and LAST-ACK a reset only if text gets lost: we are there from `end()` on, the user of the RFC not before all text was sent',
  ),
  done('3.10.6', 'STATUS', 'connection/info.ts tcpInfo', '`TcpSocket.info` in `packages/stack`'),
];

const arrives = [
  done(
    '3.10.7.1',
    'CLOSED: everything but a reset is answered by a reset',
    'layer/passive-open.ts arrive',
  ),
  done('3.10.7.2 first', 'LISTEN: a reset is ignored', 'layer/passive-open.ts arrive'),
  done(
    '3.10.7.2 second',
    'LISTEN: an ACK is answered by a reset',
    'layer/passive-open.ts #arriveAck',
    'Unless it brings a cookie back',
  ),
  done('3.10.7.2 third', 'LISTEN: a SYN is answered by a SYN-ACK', 'layer/passive-open.ts accept'),
  not(
    '3.10.7.2 text',
    'LISTEN: the text of a SYN is kept until the connection is established',
    'it is not acknowledged, and comes again',
  ),
  done('3.10.7.2 fourth', 'LISTEN: anything else is dropped', 'layer/passive-open.ts arrive'),
  done(
    '3.10.7.3 first',
    'SYN-SENT: an unacceptable ACK is answered by a reset',
    'arrival/syn-sent.ts arriveInSynSent',
  ),
  done(
    '3.10.7.3 second',
    'SYN-SENT: a reset counts with an acceptable ACK only',
    'arrival/syn-sent.ts arriveInSynSent',
  ),
  done('3.10.7.3 fourth', 'SYN-SENT: a SYN-ACK establishes, and its text and FIN are taken', [
    'arrival/syn-sent.ts arriveInSynSent',
    'arrival/segment-arrives.ts segmentArrives',
  ]),
  done(
    '3.10.7.3 text',
    'SYN-SENT: text and FIN of a SYN without ACK are kept until the connection is established',
    ['arrival/syn-sent.ts queueBehindSyn', 'arrival/segment-arrives.ts processQueued'],
    'Neither acknowledged nor delivered before',
  ),
  done(
    '3.10.7.3 fifth',
    'SYN-SENT: what is neither SYN nor RST is dropped',
    'arrival/syn-sent.ts arriveInSynSent',
  ),
  done(
    '3.10.7.4',
    'every state against every kind of segment',
    ['arrival/segment-arrives.ts', 'arrival/prediction.ts isPredicted'],
    'A function for each step; what a transfer consists of is predicted, and needs none of them',
  ),
  done(
    '3.10.7.4 first',
    'what lies outside of the window is answered by an ACK and dropped, what overlaps is trimmed',
    ['arrival/segment-arrives.ts checkSequence', 'arrival/receive-text.ts receiveText'],
  ),
  done(
    '3.10.7.4 second',
    'a reset at RCV.NXT ends the connection, one in the window is challenged, any other is dropped',
    ['arrival/segment-arrives.ts checkReset', 'layer/time-wait.ts #judge'],
  ),
  not(
    '3.10.7.4 third',
    'security and compartment have to match',
    'no network of today carries them',
  ),
  done(
    '3.10.7.4 fourth',
    'a SYN is challenged; one that was opened passively goes back to LISTEN',
    'arrival/segment-arrives.ts checkSyn',
  ),
  done(
    '3.10.7.4 fifth',
    'the ACK establishes, moves SND.UNA and the window, and ends states that wait for that of the FIN',
    ['arrival/segment-arrives.ts checkAck', 'arrival/acknowledge.ts acknowledge'],
  ),
  done(
    'MAY-12',
    'an ACK of the future or of longer ago than a window is answered and dropped',
    'arrival/segment-arrives.ts checkAck',
    'RFC 5961, 5',
  ),
  not(
    '3.10.7.4 sixth',
    'the urgent pointer is signalled',
    'see MUST-30',
    'arrival/segment-arrives.ts processText',
  ),
  done(
    '3.10.7.4 seventh',
    'text in order is delivered and acknowledged; none is taken behind a FIN',
    'arrival/receive-text.ts receiveText',
  ),
  done(
    '3.10.7.4 eighth',
    'a FIN is taken when it is reached, and prolongs TIME-WAIT when it is repeated',
    ['arrival/segment-arrives.ts receiveFin', 'layer/time-wait.ts arrive'],
    'By the same FIN only; any other in the window is acknowledged',
  ),
  done('3.10.8', 'time-outs: of the user, of retransmission, of TIME-WAIT', [
    'timers/timers.ts handleTimers',
    'layer/time-wait-table.ts expire',
  ]),
];

/** The sections of 3.9 and 3.10. */
export const rfc9293Interfaces = [
  { title: '3.9.1: the application', clauses: user },
  { title: '3.9.2: the IP layer', clauses: lower },
  { title: '3.10.1 to 3.10.6: calls', clauses: calls },
  { title: '3.10.7 and 3.10.8: segments and time-outs', clauses: arrives },
];
