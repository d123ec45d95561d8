/**
 * What the figures were measured on, and with what.
 */

import { cpus, release } from 'node:os';
import process from 'node:process';
import { PLACEMENT } from '../harness/cores.js';
import { GENERATOR } from '../harness/generator.js';
import { defaultCongestionControl } from '../harness/where.js';
import { CONGESTION_CONTROL } from '../process/congestion-control.js';

/** All of it, for the JSON. */
export interface Surroundings {
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly generator: string;
  readonly congestionControl: string;
  readonly defaultCongestionControl: string;
  readonly placement: string;
}

/** What they are now. */
export function surroundings(): Surroundings {
  const cores = cpus();
  return {
    processor: cores[0]?.model.trim() ?? 'an unknown processor',
    cores: cores.length,
    system: `${process.platform} ${release()}`,
    node: process.versions.node,
    generator: GENERATOR,
    congestionControl: CONGESTION_CONTROL,
    defaultCongestionControl: defaultCongestionControl(),
    placement: PLACEMENT,
  };
}

/** The same in a sentence. */
export const describeSurroundings = (at: Surroundings): string =>
  `${at.cores} cores of ${at.processor}, ${at.system}, Node ${at.node}; ${at.placement}; ` +
  `kernel senders use ${at.congestionControl} (without being told: ${at.defaultCongestionControl}); ` +
  `load by ${at.generator} unless the row says otherwise.`;
