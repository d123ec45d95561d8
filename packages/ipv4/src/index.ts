/**
 * IPv4 (RFC 791) and ICMP (RFC 792): codec, fragments, routes, echo and errors.
 *
 * @packageDocumentation
 */

export type { Ipv4Header } from './header.js';
export type { IcmpError } from './icmp-error.js';
export type { Ipv4Protocol, Ipv4Sender } from './upper-layer.js';
