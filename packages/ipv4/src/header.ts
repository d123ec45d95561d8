/**
 * The IPv4 header (RFC 791, 3.1) as one flat object of numbers.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |Version|  IHL  |Type of Service|          Total Length         |
 *     |         Identification        |Flags|      Fragment Offset    |
 *     |  Time to Live |    Protocol   |         Header Checksum       |
 *     |                       Source Address                          |
 *     |                    Destination Address                        |
 *     |                    Options                    |    Padding    |
 */

/** A parsed header; addresses are uint32, lengths bytes. */
export interface Ipv4Header {
  /** Header length in bytes, options included: 20 to 60. */
  headerLength: number;
  /** Differentiated services code point in the high six bits, ECN in the low two. */
  tos: number;
  totalLength: number;
  identification: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** Offset of this fragment in the datagram's payload, in bytes. */
  fragmentOffset: number;
  ttl: number;
  protocol: number;
  source: number;
  destination: number;
}
