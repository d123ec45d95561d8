/**
 * The congestion controls that are measured: the one table of them. Algorithms that `@netlayers/tcp`
 * does not export are left out.
 */

import type { CongestionControlFactory } from '@netlayers/tcp';
import * as tcp from '@netlayers/tcp';

/** An algorithm as it is called here, in `@netlayers/tcp` and by Linux (`TCP_CONGESTION`). */
const NAMES = [
  { name: 'reno', exported: 'newReno', kernel: 'reno' },
  { name: 'cubic', exported: 'cubic', kernel: 'cubic' },
  { name: 'bbr', exported: 'bbr', kernel: 'bbr' },
] as const;

/** A congestion control to measure. */
export interface Algorithm {
  readonly name: string;
  /** What Linux calls it. */
  readonly kernel: string;
  readonly factory: CongestionControlFactory;
}

const exports = tcp as unknown as Readonly<Record<string, CongestionControlFactory | undefined>>;

/** Those that exist. */
export const ALGORITHMS: readonly Algorithm[] = NAMES.flatMap(({ name, exported, kernel }) => {
  const factory = exports[exported];
  return factory === undefined ? [] : [{ name, kernel, factory }];
});

/** @throws RangeError for a name that is not in the table. */
export function algorithmOf(name: string): Algorithm {
  const found = ALGORITHMS.find((algorithm) => algorithm.name === name);
  if (found !== undefined) return found;
  const known = ALGORITHMS.map((algorithm) => algorithm.name).join(', ');
  throw new RangeError(`no congestion control is called ${name}: choose from ${known}`);
}
