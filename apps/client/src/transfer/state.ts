/**
 * What the parts of a transfer share.
 */

import type { ClientResponse } from '@netlayers/client';
import type { ClientCommand, TransferSpec } from '../command/command.js';
import type { Progress } from '../show/progress.js';
import type { Meter } from './meter.js';
import type { Output } from './output.js';
import type { Begun } from './resume.js';
import type { Runner } from './runner.js';

/** The state of a transfer over its attempts. */
export interface Transfer {
  readonly command: ClientCommand;
  readonly spec: TransferSpec;
  readonly runner: Runner;
  readonly meter: Meter;
  readonly output: Output;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** What was begun by an attempt of this run. */
  begun: Begun | null;
  /** The last answer. */
  response: ClientResponse | null;
}
