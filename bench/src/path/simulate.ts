/**
 * Bulk transfers on a path in virtual time: two of our stacks, a sender that never runs dry, and the
 * bytes that each receiving application gets within a number of seconds, slow start included.
 */

import { createNetwork, type Impairments } from '@netlayers/sim';
import { algorithmOf } from '../grid/algorithms.js';
import { PATH_MTU } from './conditions.js';

/** One simulation. */
export interface Simulation {
  readonly algorithm: string;
  readonly path: Impairments;
  readonly seconds: number;
  readonly seed: number;
  /** When each flow begins, in ms; the seconds are counted from the last one on. @default [0] */
  readonly startsMs?: readonly number[];
}

const MB = 1024 * 1024;
/** What Linux's sockets may take in the runs that this is compared with is 32 MB. */
const BUFFER = 16 * MB;
const CHUNK = new Uint8Array(65_536);
const FIRST_PORT = 5001;
const MS = 1000;

/** Runs flows side by side and returns the Mbit/s of each. */
export async function simulateFlows(simulation: Simulation): Promise<number[]> {
  const { algorithm, path, seconds, seed, startsMs = [0] } = simulation;
  const network = createNetwork({ seed });
  const tcp = {
    sendBuffer: BUFFER,
    receiveBuffer: BUFFER,
    congestionControl: algorithmOf(algorithm).factory,
  };
  const a = network.host({ address: '10.0.0.1', tcp });
  const b = network.host({ address: '10.0.0.2', tcp });
  network.link(a, b, { mtu: PATH_MTU, ...path });
  const received = startsMs.map(() => 0);
  let established = 0;

  const start = async (flow: number, delayMs: number): Promise<void> => {
    if (delayMs > 0) await network.sleep(delayMs);
    const port = FIRST_PORT + flow;
    b.stack.listen({ port }, (socket) => {
      socket.setHandler({
        handleData: (_buf, from, to) => {
          received[flow]! += to - from;
        },
        handleEnd: () => {},
        handleDrain: () => {},
        handleClose: () => {},
      });
    });
    const socket = await a.stack.connect({ host: b.address, port });
    const pump = (): void => {
      while (socket.write(CHUNK));
    };
    socket.setHandler({
      handleData: () => {},
      handleEnd: () => {},
      handleDrain: pump,
      handleClose: () => {},
    });
    established++;
    pump();
  };

  let before: number[] = [];
  await network.run(async () => {
    const flows = startsMs.map((delayMs, flow) => start(flow, delayMs));
    await Promise.all(flows);
    before = [...received];
    await network.sleep(seconds * MS);
  });
  if (established !== startsMs.length) throw new Error('a flow was not established');
  return received.map((bytes, flow) => ((bytes - before[flow]!) * 8) / seconds / 1e6);
}

/** Jain's index of fairness: 1 = all the same, 1/n = one has everything. */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return (sum * sum) / (values.length * squares);
}
