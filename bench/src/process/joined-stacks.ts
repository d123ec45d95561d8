/** Two stacks in this process, joined by a wire in memory. */

import { memoryWire } from '@netlayers/link';
import { createStack, type Stack } from '@netlayers/stack';

/** Address of the far one. */
export const FAR = '10.0.0.2';

/** Makes them. */
export function joinedStacks(): { readonly near: Stack; readonly far: Stack } {
  const [left, right] = memoryWire();
  return {
    near: createStack({ device: left, address: '10.0.0.1' }),
    far: createStack({ device: right, address: FAR }),
  };
}
