/** Whole exchanges with content, one after the other on one connection. */

import type { Answer } from '../process/lines.js';
import { type LoadSettings, openExchange } from './exchange.js';

/** `run MS`: at least one. */
export async function bodyAnswers(
  settings: LoadSettings,
): Promise<Readonly<Record<string, Answer>>> {
  const exchange = await openExchange(settings);
  return {
    run: async (milliseconds) => {
      const began = performance.now();
      let [count, bytes] = [0, 0];
      do {
        await new Promise<void>((resolve) => exchange.ask(resolve));
        count++;
        bytes += exchange.responseBytes + settings.bodyBytes;
      } while (performance.now() - began < milliseconds!);
      return { count, bytes, seconds: (performance.now() - began) / 1000 };
    },
  };
}
