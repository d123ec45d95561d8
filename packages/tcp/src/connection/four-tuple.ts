/**
 * What names a connection (RFC 9293, 3.3.1): the two sockets, each an address and a port. It is
 * handed on as one object; keyed hashes take it as words, which are written here and nowhere else.
 */

/** Local and remote socket of a connection. */
export interface FourTuple {
  /** uint32 */
  readonly localAddress: number;
  readonly localPort: number;
  /** uint32 */
  readonly remoteAddress: number;
  readonly remotePort: number;
}

/** A 4-tuple that its owner fills in again for every segment: keep no reference to one. */
export interface ScratchTuple {
  localAddress: number;
  localPort: number;
  remoteAddress: number;
  remotePort: number;
}

/** The most words that `writeTuple` writes. */
export const LONGEST_TUPLE_WORDS = 3;

/** Writes a 4-tuple as words for a keyed hash, from index 0; returns how many. */
export function writeTuple(tuple: FourTuple, into: Int32Array): number {
  into[0] = tuple.localAddress;
  into[1] = tuple.remoteAddress;
  into[2] = (tuple.localPort << 16) | tuple.remotePort;
  return 3;
}

/** Writes the peer's address alone, as `writeTuple` does. */
export function writeRemote(tuple: FourTuple, into: Int32Array): number {
  into[0] = tuple.remoteAddress;
  return 1;
}
