/**
 * Protocol numbers of the IPv4 header that this project speaks (IANA "Assigned Internet Protocol
 * Numbers").
 */

/** Values of the header's Protocol field. */
export const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17 } as const;

export type IpProtocol = (typeof IpProtocol)[keyof typeof IpProtocol];
