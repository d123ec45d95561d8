/**
 * Why something did not go through. What arrives broken, unwanted or hostile is a value here, never
 * an exception: each received packet that goes no further has exactly one reason, and each reason
 * is a counter.
 */

/** Why a received packet, or a datagram under reassembly, was dropped. */
export type DropReason =
  /** Fewer bytes than a header, or than its length fields promise. */
  | 'truncated'
  /** Not version 4 (RFC 1122, 3.2.1.1). */
  | 'bad-version'
  /** IHL below 5. */
  | 'bad-header-length'
  /** Total length below the header's. */
  | 'bad-total-length'
  /** Header checksum (RFC 1122, 3.2.1.2). */
  | 'bad-checksum'
  /** An option that runs out of its bounds. */
  | 'bad-option'
  /** Loose or strict source route: refused (RFC 7126, 4.3 and 4.4). */
  | 'source-route'
  /** A source that no host on the wire may have (RFC 1122, 3.2.1.3). */
  | 'martian-source'
  /** A destination that never appears on a wire: 0/8, 127/8, 240/4. */
  | 'martian-destination'
  /** Addressed to somebody else, and this layer does not forward. */
  | 'not-ours'
  /** To be forwarded, and its TTL was used up (RFC 1812, 5.3.1). */
  | 'ttl-exceeded'
  /** To be forwarded, and no route leads to another link than the one it came from. */
  | 'no-way-on'
  /** To be forwarded, above the MTU there, and not to be cut. */
  | 'too-long-to-forward'
  /** To be forwarded, and the queue of the link was full. */
  | 'forward-queue-full'
  | 'broadcast'
  | 'multicast'
  /** Nobody is registered for the protocol. */
  | 'unknown-protocol'
  /** Empty, or not a multiple of 8 bytes and not the last. */
  | 'bad-fragment'
  /** Reaches beyond the 65,535 bytes of a datagram ("ping of death"). */
  | 'fragment-too-long'
  /** The same bytes again. */
  | 'fragment-duplicate'
  /** Contradicts what has arrived: the whole datagram is given up (RFC 5722). */
  | 'fragment-overlap'
  /** Belongs to a datagram that was given up. */
  | 'fragment-refused'
  /** Fragments of one datagram disagree about ECN (RFC 3168, 5.3). */
  | 'fragment-ecn'
  /** A datagram given up to stay within the limits of reassembly. */
  | 'reassembly-limit'
  /** A datagram that stayed incomplete for too long. */
  | 'reassembly-timeout'
  | 'icmp-truncated'
  | 'icmp-bad-checksum'
  /** A type that is not spoken here (RFC 1122, 3.2.2: silently discarded). */
  | 'icmp-unknown-type'
  /** An error whose quoted datagram is too short, broken, or not one of ours. */
  | 'icmp-bad-quote'
  /** An echo reply, or an error about a datagram, that nobody waits for. */
  | 'icmp-unmatched';
