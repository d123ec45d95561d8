/**
 * A client that runs one transfer at a time, and who counts it.
 */

import type { Client } from '@netlayers/client';
import type { TransferSpec } from '../command/command.js';
import type { Notes } from '../show/notes.js';
import type { Progress } from '../show/progress.js';
import type { Meter } from './meter.js';

/** What runs one transfer at a time. */
export interface Lane {
  readonly client: Client;
  readonly notes: Notes;
  /** Of the transfer that runs now. */
  meter: Meter;
  openProgress(spec: TransferSpec): Progress;
}
