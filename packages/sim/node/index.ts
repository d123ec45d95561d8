/**
 * Node programs, unchanged, inside of a simulated network: `node:net` and everything that stands on it,
 * timers, dates and chance, in virtual time and the same way for the same seed. To be imported before
 * the program's own packages.
 *
 * @packageDocumentation
 */

import './register.js';

export { type Exploration, type ExploreOptions, explore } from './explore.js';
export { type FailedRun, SimulationError } from './failure.js';
export { NodeHost } from './node-host.js';
export {
  type NodeHostOptions,
  NodeNetwork,
  type NodePartitionSide,
  type NodeSimNode,
} from './node-network.js';
export { seeds } from './seeds.js';
export { type ShrinkOptions, type Shrunk, shrink } from './shrink.js';
export { replay, simulate, simulateAndReport } from './simulate.js';
export type {
  IsolatedOptions,
  SimulatedProgram,
  SimulateOptions,
  SimulationReport,
} from './simulate-options.js';
