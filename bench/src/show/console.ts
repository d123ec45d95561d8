/** What is said while rows run, and of those that failed. */

import type { MeasuredRow } from '../harness/measure-row.js';

/** One line that is written over, on a terminal only. */
export interface Progress {
  say(text: string): void;
  done(): void;
}

const CLEAR = '\r\x1b[K';

/** Progress on a stream. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { say: () => {}, done: () => {} };
  return {
    say: (text) => void stream.write(CLEAR + text.slice(0, stream.columns - 1)),
    done: () => void stream.write(CLEAR),
  };
}

/** One line for each variant that failed. */
export const failuresOf = (rows: readonly MeasuredRow[]): string[] =>
  rows.flatMap(({ row, failures }) =>
    failures.map(({ variant, reason }) => `failed: ${row.title}, ${variant}: ${reason}`),
  );
