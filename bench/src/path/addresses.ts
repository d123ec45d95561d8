/**
 * Addresses of the path between two namespaces:
 *
 *     near: the kernel, 10.9.0.1 == wire == far: the kernel, 10.9.0.2 -- tun -- our stack, 10.0.0.2
 */

/** The kernel of the near namespace, where the wire ends. */
export const NEAR_KERNEL = '10.9.0.1';
/** The kernel of the far namespace. */
export const FAR_KERNEL = '10.9.0.2';
/** Our stack, on a TUN device of the far namespace, which forwards to it. */
export const FAR_OURS = '10.0.0.2';
/** What the near namespace sends to the wire besides. */
export const FAR_ROUTE = '10.0.0.0/24';

/** Sends without end. */
export const SOURCE_PORT = 5001;
/** Takes everything, and says how much it was. */
export const SINK_PORT = 5002;

/** Which stack an end of a transfer runs on. */
export type EndKind = 'kernel' | 'ours';
