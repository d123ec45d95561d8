/**
 * The transports of our own peers, and the kernel's congestion control of the namespace.
 */

import type { Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { createStack } from '@netlayers/stack';
import { createTun } from '@netlayers/tun';
import { LOOPBACK, type PeerKind, TUN_ADDRESS } from '../harness/where.js';

/** A transport and the address to listen on. */
export async function openTransport(
  kind: PeerKind,
): Promise<{ transport: Transport; host: string }> {
  if (kind === 'kernel') return { transport: kernelTransport(), host: LOOPBACK };
  const device = await createTun({ address: TUN_ADDRESS, offload: kind === 'tun' });
  const stack = createStack({ device, address: TUN_ADDRESS, tcp: { timeWaitMs: 1000 } });
  return { transport: stack.transport, host: TUN_ADDRESS };
}
