/**
 * A simulated host that runs Node programs: a `SimHost` with what hooks need of it.
 */

import type { Clock } from '@netlayers/host';
import type { ByteStream } from '@netlayers/http';
import type { HostConnectOptions, SocketHost } from '@netlayers/node';
import type { SimHost } from '../src/index.js';
import { OpenStreams } from './open-streams.js';
import { currentWorld, type HostScope, runOn } from './scope.js';

/** A host; made by `net.host`. */
export class NodeHost {
  readonly name: string;
  readonly address: string;
  /** The host below: its stack, its transport, its resolver's view. */
  readonly sim: SimHost;
  /** Belongs to the run. */
  readonly streams = new OpenStreams();
  readonly #clock: Clock;
  /** Another one after each crash: what a process keeps for a host, as open connections, ends with it. */
  #scope: HostScope;

  constructor(sim: SimHost, clock: Clock) {
    this.name = sim.name;
    this.address = sim.address;
    this.sim = sim;
    this.#clock = clock;
    this.#scope = this.#begin();
  }

  /** Whether the host has not crashed. */
  get isUp(): boolean {
    return this.sim.isUp;
  }

  /** Timers of its programs that wait, time-outs of sockets and servers included. */
  get timers(): number {
    return this.#scope.belongings.size;
  }

  /**
   * Runs a function as a program of this host: what it connects to, listens on and looks up, also
   * later, from timers and promises, is the host's. Returns what the function returns.
   */
  run<T>(program: () => T): T {
    return runOn(this.#scope, program);
  }

  /**
   * Ends the host as a cut of power does (see `SimHost.crash`), and its programs with it: timers do not
   * fire any more, and what they wait for never comes.
   */
  crash(): void {
    this.sim.crash();
    this.#scope.isOver = true;
    for (const belonging of this.#scope.belongings) belonging.cancel();
    this.#scope.belongings.clear();
    this.#scope = this.#begin();
  }

  /** Begins again without programs: run them anew. */
  restart(): void {
    this.crash();
    this.sim.restart();
  }

  #begin(): HostScope {
    const { sim } = this;
    const scope: HostScope = {
      name: sim.name,
      addresses: sim.addresses,
      sockets: socketsOf(sim, this.streams, this.#clock, () => scope.isOver),
      lookUp: (name) => sim.lookUp(name),
      isOver: false,
      belongings: new Set(),
    };
    return scope;
  }
}

/** What sockets speak to: the stack that the host has when they ask. */
function socketsOf(
  sim: SimHost,
  streams: OpenStreams,
  clock: Clock,
  isOver: () => boolean,
): SocketHost {
  return {
    listen: (options, accept) =>
      sim.stack.listen(options, (stream: ByteStream) => accept(streams.keep(stream))),
    connect: async (options: HostConnectOptions) => {
      // What a program of an earlier life begins, woken by something that all share, comes to nothing.
      if (isOver()) return await new Promise<never>(() => {});
      return streams.keep(await sim.connect(options));
    },
    bindUdp: (options) => sim.stack.bindUdp(options),
    defer: (callback) => {
      // What a later run ends of an earlier one ends in the later one's time: nothing else goes on.
      const current = currentWorld()?.clock ?? clock;
      current.setTimer(current.now(), callback);
    },
  };
}
