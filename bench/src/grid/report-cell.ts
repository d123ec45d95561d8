/**
 * A failing cell in words, with everything that is needed to see it again.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellName } from './dimensions.js';
import { type CellResult, captureCell } from './run-cell.js';

/** Writes the capture of a cell that has failed and says what went wrong and where the file is. */
export async function reportCell({ cell, seed, faults }: CellResult): Promise<string> {
  const folder = join(tmpdir(), 'netlayers-grid');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${seed}.pcapng`);
  writeFileSync(file, await captureCell(cell, seed));
  return `${cellName(cell)}\n  ${faults.join('\n  ')}\n  seed ${seed}, capture ${file}`;
}
