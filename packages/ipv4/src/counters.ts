/**
 * What the layer has done so far, for people who ask why. Plain numbers that only grow; reading
 * them is free, and so is not reading them.
 */

import type { SendFailure } from '@netlayers/ip';
import type { DropReason } from './drop-reason.js';

/** Counters of one IPv4 layer with its ICMP. Packets unless said otherwise. */
export class Ipv4Counters {
  /** Everything the device delivered. */
  received = 0;
  /** Whole datagrams handed to a protocol above or to ICMP. */
  delivered = 0;
  /** Packets committed to a device, fragments included. */
  sent = 0;
  /** Received for others, and passed on to another link. */
  forwarded = 0;
  fragmentsReceived = 0;
  /** Datagrams put together again. */
  reassembled = 0;
  /** Datagrams that were cut. */
  fragmented = 0;
  fragmentsSent = 0;
  echoRequestsReceived = 0;
  echoRepliesSent = 0;
  echoRequestsSent = 0;
  echoRepliesReceived = 0;
  icmpErrorsReceived = 0;
  icmpErrorsSent = 0;
  /** Errors not sent because of RFC 1122, 3.2.2: about errors, later fragments and the like. */
  icmpErrorsSuppressed = 0;
  /** Errors not sent because of the rate limit. */
  icmpErrorsRateLimited = 0;
  readonly dropped: Record<DropReason, number> = {
    truncated: 0,
    'bad-version': 0,
    'bad-header-length': 0,
    'bad-total-length': 0,
    'bad-checksum': 0,
    'bad-option': 0,
    'source-route': 0,
    'martian-source': 0,
    'martian-destination': 0,
    'not-ours': 0,
    'ttl-exceeded': 0,
    'no-way-on': 0,
    'too-long-to-forward': 0,
    'forward-queue-full': 0,
    broadcast: 0,
    multicast: 0,
    'unknown-protocol': 0,
    'bad-fragment': 0,
    'fragment-too-long': 0,
    'fragment-duplicate': 0,
    'fragment-overlap': 0,
    'fragment-refused': 0,
    'fragment-ecn': 0,
    'reassembly-limit': 0,
    'reassembly-timeout': 0,
    'icmp-truncated': 0,
    'icmp-bad-checksum': 0,
    'icmp-unknown-type': 0,
    'icmp-bad-quote': 0,
    'icmp-unmatched': 0,
  };
  /** Datagrams that `send` or an answer of ICMP could not get out. */
  readonly sendFailures: Record<SendFailure, number> = {
    'no-route': 0,
    'queue-full': 0,
    'too-long': 0,
    'fragmentation-needed': 0,
  };
}
