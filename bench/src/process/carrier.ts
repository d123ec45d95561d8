/**
 * What carries our own servers: a stack on a TUN device, or the kernel's TCP. Each is loaded by who asks for
 * it, as a program would: the collector goes by the size of the heap.
 */

import type { Transport } from '@netlayers/http';
import type { Stack } from '@netlayers/stack';

/** The carriers that can be measured; `tuntap2` is the TUN device of that package. */
export type Carrier = 'tun' | 'tun-plain' | 'tuntap2' | 'kernel';

/** Short, so that a run with a connection per request does not measure those of the run before. */
const TIME_WAIT_MS = 1000;

/** A stack on a TUN device of its own. */
export async function openStack(carrier: Carrier, address: string): Promise<Stack> {
  const { createStack } = await import('@netlayers/stack');
  const { createTun } = await import('@netlayers/tun');
  const device =
    carrier === 'tuntap2'
      ? await createTun({ address, driver: 'tuntap2' })
      : await createTun({ address, offload: carrier === 'tun' });
  return createStack({ device, address, tcp: { timeWaitMs: TIME_WAIT_MS } });
}

/** A transport on the carrier. */
export async function openCarrier(carrier: Carrier, address: string): Promise<Transport> {
  if (carrier !== 'kernel') return (await openStack(carrier, address)).transport;
  const { kernelTransport } = await import('@netlayers/kernel');
  return kernelTransport();
}
