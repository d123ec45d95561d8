/**
 * Which simulation owns this process, and on which of its hosts the code that runs now belongs.
 *
 * The host follows a program through promises, timers and sockets, as `AsyncLocalStorage` does. The
 * simulation is one for the whole process: time and chance are everybody's.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@netlayers/host';
import type { SocketHost } from '@netlayers/node';

/** A simulated host as hooks see it. */
export interface HostScope {
  readonly name: string;
  readonly addresses: readonly string[];
  /** What sockets of the host speak to. */
  readonly sockets: SocketHost;
  /** Looks a name up; addresses in the order in which they are tried. */
  lookUp(name: string): Promise<readonly string[]>;
  /** This life of the host is over: it has crashed, or the run is. */
  isOver: boolean;
  /** Notes what has to be cancelled when the host crashes; returns what forgets it again. */
  readonly belongings: Set<{ cancel(): void }>;
}

/** A simulation as hooks see it. */
export interface World {
  /** For people: its seed, and where it was begun. */
  readonly title: string;
  readonly clock: Clock;
  /** A uint32 of the stream that programs draw from. */
  randomU32(): number;
  /** Holds time while a promise of the real world is pending. */
  hold(promise: PromiseLike<unknown>): void;
}

const hosts = new AsyncLocalStorage<HostScope>();

let running: World | null = null;

/** The simulation that runs; `null` = Node is as it always is. */
export const currentWorld = (): World | null => running;

/** The host whose code runs; `null` outside of every host. */
export const currentHost = (): HostScope | null => hosts.getStore() ?? null;

/** Runs a function as code of a host. */
export const runOn = <T>(host: HostScope, fn: () => T): T => hosts.run(host, fn);

/**
 * Gives the process to a simulation until what is returned is called.
 *
 * @throws Error while another one runs.
 */
export function enterWorld(world: World): () => void {
  if (running !== null) {
    throw new Error(
      `one simulation at a time, and the one of ${running.title} still runs: await it, or see whether its test has timed out`,
    );
  }
  running = world;
  return () => {
    running = null;
  };
}
