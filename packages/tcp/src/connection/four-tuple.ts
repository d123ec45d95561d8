/**
 * What names a connection (RFC 9293, 3.3.1): the two sockets, each an address and a port. It is
 * handed on as one object; tables and hashes go through the functions here, which leave everything
 * about addresses to `@netlayers/ip`.
 */

import {
  hashAddress,
  type IpAddress,
  LONGEST_ADDRESS_WORDS,
  sameAddress,
  writeAddress,
} from '@netlayers/ip';

/** Local and remote socket of a connection. */
export interface FourTuple {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
}

/**
 * A 4-tuple that its owner fills in again for every segment, with addresses that are valid until the
 * segment is dealt with: keep no reference to one, nor to what is in it.
 */
export interface ScratchTuple {
  localAddress: IpAddress;
  localPort: number;
  remoteAddress: IpAddress;
  remotePort: number;
}

/** Whether two 4-tuples name the same connection. */
export const sameTuple = (a: FourTuple, b: FourTuple): boolean =>
  a.remotePort === b.remotePort &&
  a.localPort === b.localPort &&
  sameAddress(a.remoteAddress, b.remoteAddress) &&
  sameAddress(a.localAddress, b.localAddress);

/** Multiply-xorshift over the 4-tuple: an int32 that nobody can foresee without the secret. */
export function hashTuple(tuple: FourTuple, secret: number): number {
  const ports = (tuple.localPort << 16) | tuple.remotePort;
  let h = hashAddress(tuple.remoteAddress, secret);
  h = hashAddress(tuple.localAddress, h);
  h = Math.imul(h ^ (h >>> 13) ^ ports, 0x27d4eb2f);
  return h ^ (h >>> 16);
}

/** The most words that `writeTuple` writes. */
export const LONGEST_TUPLE_WORDS = 2 * LONGEST_ADDRESS_WORDS + 1;

/** Writes a 4-tuple as words for a keyed hash, from index 0; returns how many. */
export function writeTuple(tuple: FourTuple, into: Int32Array): number {
  const remote = writeAddress(tuple.localAddress, into, 0);
  const ports = writeAddress(tuple.remoteAddress, into, remote);
  into[ports] = (tuple.localPort << 16) | tuple.remotePort;
  return ports + 1;
}

/** Writes the peer's address alone, as `writeTuple` does. */
export const writeRemote = (tuple: FourTuple, into: Int32Array): number =>
  writeAddress(tuple.remoteAddress, into, 0);
