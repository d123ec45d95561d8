/**
 * What carries our own servers: a stack on a TUN device, or the kernel's TCP.
 */

import type { Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { createStack, type Stack } from '@netlayers/stack';
import { createTun } from '@netlayers/tun';

/** The carriers that can be measured; `tuntap2` is the TUN device of that package. */
export type Carrier = 'tun' | 'tun-plain' | 'tuntap2' | 'kernel';

/** Short, so that a run with a connection per request does not measure those of the run before. */
const TIME_WAIT_MS = 1000;

/** A stack on a TUN device of its own. */
export async function openStack(carrier: Carrier, address: string): Promise<Stack> {
  const device =
    carrier === 'tuntap2'
      ? await createTun({ address, driver: 'tuntap2' })
      : await createTun({ address, offload: carrier === 'tun' });
  return createStack({ device, address, tcp: { timeWaitMs: TIME_WAIT_MS } });
}

/** A transport on the carrier. */
export const openCarrier = async (carrier: Carrier, address: string): Promise<Transport> =>
  carrier === 'kernel' ? kernelTransport() : (await openStack(carrier, address)).transport;
