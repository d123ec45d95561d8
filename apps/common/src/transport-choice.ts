/**
 * Whose TCP is meant. Whoever names an option of our own TCP wants it, and gets an error rather than
 * the kernel's where it cannot be had.
 */

import { UsageError } from './usage-error.js';

/** Whose TCP is wanted. */
export type TransportChoice = 'auto' | 'tun' | 'kernel';

/** The options that say it. */
export interface GivenTransport {
  readonly transport: TransportChoice;
  readonly 'kernel-tcp'?: boolean | undefined;
}

/** As somebody types it: what yargs calls `offload` was given as `--no-offload`. */
const typed = (name: string): string => (name === 'offload' ? '--no-offload' : `--${name}`);

/**
 * Decides whose TCP is meant.
 *
 * @param tunOptions names of the options that only our own TCP can use.
 * @throws UsageError where they contradict each other.
 */
export function chooseTransport<N extends string>(
  given: GivenTransport & { readonly [name in N]?: unknown },
  tunOptions: readonly N[],
): TransportChoice {
  const { transport } = given;
  const kernelTcp = given['kernel-tcp'] === true;
  if (kernelTcp && transport === 'tun') {
    throw new UsageError('--kernel-tcp contradicts --transport tun: give one of them');
  }
  const named = tunOptions.find((name) => given[name] !== undefined);
  if (named === undefined) return kernelTcp ? 'kernel' : transport;
  if (kernelTcp || transport === 'kernel') {
    throw new UsageError(
      `${typed(named)} is for our own TCP: leave it out, or use --transport tun`,
    );
  }
  return 'tun';
}
