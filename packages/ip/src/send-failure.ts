/**
 * What keeps a whole datagram, an echo request or one of UDP, from leaving.
 */

/** Why a datagram could not be sent. */
export type SendFailure =
  /** No route to the destination, or one that is never sent to: ourselves, broadcast, multicast. */
  | 'no-route'
  /** The device's queue is full; of a fragmented datagram a part may have left. */
  | 'queue-full'
  /** Larger than 65,535 bytes with its header. */
  | 'too-long'
  /** Larger than the MTU, and fragmentation was forbidden. */
  | 'fragmentation-needed';
