/** Slices of one long stream, of which the beginning is not counted. */

import net from 'node:net';
import { acknowledgedBytes } from '../process/congestion-control.js';
import type { Answer } from '../process/lines.js';
import { type LoadSettings, openSocket } from './exchange.js';

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What was counted between the two waits. */
async function slice(
  warmMs: number,
  milliseconds: number,
  counter: () => number,
): Promise<{ bytes: number; seconds: number }> {
  await wait(warmMs);
  const [before, began] = [counter(), performance.now()];
  await wait(milliseconds);
  return { bytes: counter() - before, seconds: (performance.now() - began) / 1000 };
}

/** `run WARM-MS MS`: reads. */
export async function readAnswers({
  host,
  port,
  request,
}: LoadSettings): Promise<Readonly<Record<string, Answer>>> {
  let count = 0;
  const onread = {
    buffer: Buffer.alloc(256 << 10),
    callback: (length: number): boolean => {
      count += length;
      return true;
    },
  };
  const socket = await new Promise<net.Socket>((resolve, reject) => {
    const connecting = net.connect({ host, port, onread }, () => resolve(connecting));
    connecting.once('error', reject);
  });
  if (request.length > 0) socket.write(request);
  socket.pause();
  return {
    run: async (warmMs, milliseconds) => {
      socket.resume();
      const figures = await slice(warmMs!, milliseconds!, () => count);
      socket.pause();
      return figures;
    },
  };
}

/** `run WARM-MS MS`: writes, and counts what the peer's TCP has acknowledged. */
export async function writeAnswers(
  settings: LoadSettings,
): Promise<Readonly<Record<string, Answer>>> {
  const socket = await openSocket(settings);
  const piece = Buffer.alloc(64 << 10, 7);
  let isWriting = false;
  const pump = (): void => {
    while (isWriting && socket.write(piece));
  };
  socket.on('drain', pump);
  return {
    run: async (warmMs, milliseconds) => {
      isWriting = true;
      pump();
      const figures = await slice(warmMs!, milliseconds!, () => acknowledgedBytes(socket));
      isWriting = false;
      return figures;
    },
  };
}
