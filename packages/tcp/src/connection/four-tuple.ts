/**
 * What names a connection (RFC 9293, 3.3.1): the two sockets, each an address and a port. It is
 * handed on as one object; tables and hashes read its four fields and nothing else.
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
