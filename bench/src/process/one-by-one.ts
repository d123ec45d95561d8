/** Requests one after the other. */

import { HELLO } from './contents.js';
import type { Answer } from './lines.js';

/** Asks for the smallest answer for some milliseconds, and counts. @throws Error for another one. */
export const oneByOne =
  (ask: () => Promise<string>): Answer =>
  async (milliseconds) => {
    const began = performance.now();
    let count = 0;
    for (; performance.now() - began < milliseconds!; count++) {
      if ((await ask()) !== HELLO) throw new Error('another answer');
    }
    return { count, seconds: (performance.now() - began) / 1000 };
  };
