/** A connection for each request, and connections that are kept. */

import type { Answer } from '../process/lines.js';
import { type LoadSettings, openExchange, openSocket } from './exchange.js';

async function once(settings: LoadSettings): Promise<void> {
  const socket = await openSocket(settings);
  let got = 0;
  const ended = new Promise<void>((resolve, reject) => {
    socket.on('data', (data) => {
      got += data.length;
    });
    socket.once('error', reject).once('close', () => {
      if (got > 0) resolve();
      else reject(new Error('a connection without a response'));
    });
  });
  socket.write(settings.request);
  await ended;
}

/** `run MS`. */
export const connectAnswers = async (
  settings: LoadSettings,
): Promise<Readonly<Record<string, Answer>>> => ({
  run: async (milliseconds) => {
    const began = performance.now();
    let count = 0;
    const slot = async (): Promise<void> => {
      while (performance.now() - began < milliseconds!) {
        await once(settings);
        count++;
      }
    };
    await Promise.all(Array.from({ length: settings.connections }, slot));
    return { count, seconds: (performance.now() - began) / 1000 };
  },
});

/** `open N`: further connections, each with a request that is answered, which stay. */
export async function holdAnswers(
  settings: LoadSettings,
): Promise<Readonly<Record<string, Answer>>> {
  const held: unknown[] = [];
  return {
    open: async (count) => {
      const began = performance.now();
      for (let index = 0; index < count!; index++) {
        const exchange = await openExchange(settings);
        await new Promise<void>((resolve) => exchange.ask(resolve));
        held.push(exchange);
      }
      return { count: count!, seconds: (performance.now() - began) / 1000 };
    },
  };
}
