/**
 * Variants of the rows in which one process measures itself, on the server's core.
 */

import { type Figures, LineProcess } from '../harness/processes.js';
import type { Variant } from '../harness/row.js';

/** Starts a command, and asks it for a figure in each turn. */
export const askedVariant = (
  name: string,
  command: readonly string[],
  question: string,
  value: (figures: Figures) => number,
): Variant => ({
  name,
  open: async () => {
    const asked = await LineProcess.start(command, 'server');
    return {
      measure: async () => ({ value: value(await asked.ask(question)) }),
      close: () => asked.stop(),
    };
  },
});
