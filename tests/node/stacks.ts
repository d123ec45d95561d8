/**
 * Stacks for programs of Node: on a wire in memory, in real time.
 */

import { memoryWire } from '@netlayers/link';
import { createStack, type Stack } from '@netlayers/stack';

/** Two stacks that reach each other, `10.0.0.1` and `10.0.0.2`; each reaches itself. */
export function twoStacks(): { near: Stack; far: Stack; close(): Promise<void> } {
  const [nearDevice, farDevice] = memoryWire();
  const near = createStack({ device: nearDevice, address: '10.0.0.1' });
  const far = createStack({ device: farDevice, address: '10.0.0.2' });
  const close = async (): Promise<void> => {
    await near.close({ drainMs: 0 });
    await far.close({ drainMs: 0 });
  };
  return { near, far, close };
}
