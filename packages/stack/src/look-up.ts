/**
 * From what people write behind "host" to addresses: as it stands, as the host itself, or by the
 * resolver that the stack was given.
 */

import type { IpAddress, IpHost } from '@netlayers/ip';

/** Finds the addresses of a name, the best one first. */
export type Resolve = (name: string) => Promise<string | readonly string[]>;

/** How people write every address. */
export const UNSPECIFIED: readonly string[] = ['0.0.0.0', '::'];

/** The loopback addresses of the versions of IP, as people write them. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** Whether a name means the host itself, whatever a resolver says (RFC 6761, 6.3). */
export const isLocalhost = (name: string): boolean => /^(?:.*\.)?localhost\.?$/i.test(name);

/**
 * Finds the addresses of a name that is no address itself.
 *
 * @throws rejects with code ENOTFOUND, or with what the resolver says.
 */
export async function lookUp(
  ip: IpHost,
  resolve: Resolve | null,
  name: string,
): Promise<readonly IpAddress[]> {
  const found = isLocalhost(name) ? LOOPBACK : ((await resolve?.(name)) ?? []);
  const addresses = (typeof found === 'string' ? [found] : found)
    .map((text) => ip.parseAddress(text))
    .filter((address) => address !== null);
  if (addresses.length > 0) return addresses;
  throw Object.assign(new Error(`${name} is not an address and cannot be resolved here`), {
    code: 'ENOTFOUND',
  });
}
