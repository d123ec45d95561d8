/**
 * The address of the client, behind gateways too. What a gateway says of its client is believed if the
 * gateway is; so the list is read from its end, and the first address that is no gateway of ours counts.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { ServerRequest } from '@netlayers/server';

/** Gateways in front of this server. */
export interface Gateways {
  /** Whether an address is one of them. */
  readonly isTrusted: (address: string) => boolean;
  /** Where they write the address of whoever asks them: RFC 7239, or what was there before. @default 'x-forwarded-for' */
  readonly field?: 'x-forwarded-for' | 'forwarded';
}

const GATEWAYS: OptionNames<Gateways> = {
  isTrusted: 'needed',
  field: 'optional',
};

/** Addresses that are looked at. */
const MOST_HOPS = 32;

const NODE = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i;

/** `[2001:db8::1]:80` is 2001:db8::1, `192.0.2.1:80` is 192.0.2.1. */
const withoutPort = (node: string): string =>
  /^\[([^\]]*)\]/.exec(node)?.[1] ?? (/^[^:]*:\d+$/.test(node) ? node.split(':', 1)[0]! : node);

const hopsOf = (request: ServerRequest, field: string): string[] =>
  (request.headers.get(field) ?? '')
    .split(',')
    .slice(-MOST_HOPS)
    .map((part) => {
      const hop = part.trim();
      if (field === 'x-forwarded-for') return withoutPort(hop);
      const match = NODE.exec(hop);
      return withoutPort(match?.[1] ?? match?.[2] ?? '');
    });

/** @throws TypeError for what names no gateways. */
export function checkGateways(gateways: Gateways | undefined): void {
  if (gateways !== undefined) checkOptions('gateways', gateways, GATEWAYS);
}

/**
 * The address of the client; that of the connection without gateways.
 *
 * @throws TypeError for an option of gateways that is none.
 */
export function clientAddress(request: ServerRequest, gateways?: Gateways): string {
  checkGateways(gateways);
  return addressBehind(request, gateways);
}

/** The same, for gateways that have been checked: each request asks. */
export function addressBehind(request: ServerRequest, gateways: Gateways | undefined): string {
  let address = request.remoteAddress;
  if (gateways === undefined || !gateways.isTrusted(address)) return address;
  const hops = hopsOf(request, gateways.field ?? 'x-forwarded-for');
  for (let hop = hops.pop(); hop !== undefined && hop !== ''; hop = hops.pop()) {
    address = hop;
    if (!gateways.isTrusted(address)) break;
  }
  return address;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** What one client has for itself: an IPv4 address, or of IPv6 a network of 64 bits (RFC 6177). */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('%', 1)[0]!.toLowerCase().split('::') as [string, string?];
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? 0 : tail.split(':').length;
    while (groups.length < 8 - behind) groups.push('0');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
