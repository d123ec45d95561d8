/** Folders that go when the harness ends, however it does. */

import { rmSync } from 'node:fs';
import process from 'node:process';

const folders = new Set<string>();

process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Has a folder removed at the end; returns it. */
export function removeAtEnd(folder: string): string {
  folders.add(folder);
  return folder;
}
