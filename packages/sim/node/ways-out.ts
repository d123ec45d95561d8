/**
 * What would leave a simulation, and is neither in virtual time nor the same for the same seed: sockets
 * of paths and of descriptors anywhere, child processes and threads that a host's program begins, since
 * no hook reaches into them, and the end of the process, which is that of the test too. Each throws,
 * names itself, and says what to do.
 */

import child from 'node:child_process';
import net from 'node:net';
import threads from 'node:worker_threads';
import { divert } from './divert.js';
import { currentHost, currentWorld } from './scope.js';

/** Functions of `node:child_process` that go past `ChildProcess`. */
const SYNCHRONOUS = ['spawnSync', 'execSync', 'execFileSync'] as const;

/** Closes them while a simulation runs. */
export function closeWaysOut(): void {
  divert(net.Socket.prototype, 'connect', (_world, self, args, real) => {
    const path = pathOf(args[0]);
    if (path !== null) throw leaves(`connect to the path ${path}`, HOSTS_HAVE_PORTS);
    return real.apply(self, args as never[]);
  });
  divert(net.Server.prototype, '_listen2', (_world, self, args, real) => {
    const [path, port, , , descriptor] = args;
    if (Number(descriptor) >= 0) {
      throw leaves(`listen on the descriptor ${descriptor}`, HOSTS_HAVE_PORTS);
    }
    if (port === -1) throw leaves(`listen on ${path ?? 'a handle'}`, HOSTS_HAVE_PORTS);
    return real.apply(self, args as never[]);
  });
  divert(child.ChildProcess.prototype, 'spawn', (_world, self, args, real) => {
    const [{ file }] = args as [{ readonly file: string }];
    return begin(`a child process of ${file}`, () => real.apply(self, args as never[]));
  });
  for (const name of SYNCHRONOUS) {
    divert(child, name, (_world, self, args, real) =>
      begin(`a child process of ${args[0]}`, () => real.apply(self, args as never[])),
    );
  }
  for (const name of ['exit', 'abort'] as const) {
    divert(process, name, (_world, self, args, real) => {
      if (currentHost() === null) return real.apply(self, args as never[]);
      throw leaves(
        `process.${name}(${args.join()})`,
        'it would end the test: host.crash() ends a host',
      );
    });
  }
  threads.Worker = new Proxy(threads.Worker, {
    construct: (Worker, args, newTarget) =>
      begin('a thread', () => Reflect.construct(Worker, args, newTarget) as object),
  });
}

const HOSTS_HAVE_PORTS = 'hosts have ports only';

/** What the program of the simulation itself begins is its own matter, and holds no host. */
function begin<T>(what: string, real: () => T): T {
  if (currentWorld() === null || currentHost() === null) return real();
  throw leaves(what, 'begin it outside of hosts, or do without it under test');
}

const leaves = (what: string, remedy: string): Error =>
  Object.assign(new Error(`${what} would leave the simulation: ${remedy}`), {
    code: 'ERR_LEAVES_SIMULATION',
  });

/** The path that a socket connects to; `null` for an address, a name, or what Node refuses. */
function pathOf(first: unknown): string | null {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  const path =
    typeof options === 'object' && options !== null
      ? (options as { readonly path?: unknown }).path
      : options;
  return typeof path === 'string' && Number.isNaN(Number(path)) ? path : null;
}
