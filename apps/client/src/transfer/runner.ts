/**
 * What runs transfers, one or several at a time: one client, so that they share its connections, and
 * who counts what it does for each of them.
 */

import type { Client } from '@netlayers/client';
import type { TransferSpec } from '../command/command.js';
import type { Notes } from '../show/notes.js';
import type { Progress } from '../show/progress.js';
import type { Meter } from './meter.js';

/** What runs transfers. */
export interface Runner {
  readonly client: Client;
  readonly notes: Notes;
  /** Runs something of which all that the client does counts in this meter. */
  measured<T>(meter: Meter, run: () => Promise<T>): Promise<T>;
  openProgress(spec: TransferSpec): Progress;
}
