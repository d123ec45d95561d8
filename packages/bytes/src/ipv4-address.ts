/**
 * IPv4 addresses: uint32 inside the stack, dotted text only at its edges.
 */

/**
 * Parses dotted decimal text (`192.0.2.1`) into a uint32, or returns `null`.
 *
 * Strict as inet_pton: four parts, no leading zeros, no signs, no spaces.
 */
export function parseIpv4(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return null;
    const octet = Number(part);
    if (octet > 255) return null;
    address = address * 256 + octet;
  }
  return address;
}

/**
 * Parses a network in CIDR notation (RFC 4632, 3.1), `10.1.0.0/16`, or returns `null`. An address alone
 * is a network of one, and what stands behind the prefix is not looked at.
 */
export function parseIpv4Cidr(text: string): { address: number; prefixLength: number } | null {
  const [, base = '', length = '32'] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const address = parseIpv4(base);
  const prefixLength = Number(length);
  return address === null || prefixLength > 32 ? null : { address, prefixLength };
}

/** Formats a uint32 as dotted decimal text. */
export const formatIpv4 = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
