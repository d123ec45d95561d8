/**
 * A stack of ours on a real TUN device, with the kernel of the test's namespace at the other end.
 */

import { writeFileSync } from 'node:fs';
import type { LinkDevice } from '@netlayers/link';
import { createStack, type Stack, type StackOptions } from '@netlayers/stack';
import { createTun, type TunDevice, type TunOptions } from '@netlayers/tun';
import { onTestFinished } from 'vitest';

/** Our address unless a test says otherwise, and the kernel's. */
export const OURS = '10.0.0.2';
export const KERNELS = '10.0.0.3';

/** What a test wants of the device and the stack. */
export interface TunStackOptions {
  readonly tun?: TunOptions;
  readonly stack?: Partial<StackOptions>;
  readonly tcp?: StackOptions['tcp'];
  /** Puts devices around the TUN device. */
  readonly wrap?: (device: TunDevice) => LinkDevice;
}

/** A stack and its device. */
export interface TunStack {
  readonly tun: TunDevice;
  readonly stack: Stack;
  /** Ends the stack, within half a second, and with it the device. */
  close(): Promise<void>;
}

/**
 * Opens a device and starts a stack on it; TIME-WAIT is a second. The stack is closed with the
 * test, also when that runs out of time.
 */
export async function openTunStack(options: TunStackOptions = {}): Promise<TunStack> {
  const tun = await createTun({ address: OURS, ...options.tun });
  const stack = createStack({
    device: options.wrap?.(tun) ?? tun,
    address: tun.address,
    ...options.stack,
    tcp: { timeWaitMs: 1000, ...options.tcp },
  });
  const close = (): Promise<void> => stack.close({ drainMs: 500 });
  onTestFinished(close);
  return { tun, stack, close };
}

/** Runs `use` with a stack that is closed behind it: for tests that need several in a row. */
export async function withTunStack<T>(
  options: TunStackOptions,
  use: (context: TunStack) => Promise<T>,
): Promise<T> {
  const context = await openTunStack(options);
  try {
    return await use(context);
  } finally {
    await context.close();
  }
}

/** Sets a value below /proc/sys/net/ipv4 of this namespace. */
export function setIpv4(name: string, value: string | number): void {
  writeFileSync(`/proc/sys/net/ipv4/${name}`, `${value}\n`);
}
