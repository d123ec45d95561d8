/**
 * What a process has once and hosts must not share: the agents of `http` and `https`, and the
 * dispatcher of `fetch`. A connection that one host keeps alive is no other host's, and none of a
 * later run.
 */

import http from 'node:http';
import https from 'node:https';
import { otherwiseInNode } from './binding.js';
import { divert } from './divert.js';
import { REALMS, type Realm } from './realms.js';
import { currentHost, type HostScope } from './scope.js';

/** Under these the dispatcher of `fetch` is found, by version of undici, the older one last. */
const NEWER_DISPATCHER = Symbol.for('undici.globalDispatcher.2');
const DISPATCHERS = [NEWER_DISPATCHER, Symbol.for('undici.globalDispatcher.1')];

/** As Node makes its own. */
const AGENT_OPTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5000 } as const;

/** An object that is another one on each host, and the process's own outside of all. */
function perHost<T extends object>(own: T, make: () => T): T {
  const byHost = new WeakMap<HostScope, T>();
  const current = (): T => {
    const host = currentHost();
    if (host === null) return own;
    const known = byHost.get(host);
    if (known !== undefined) return known;
    const made = make();
    byHost.set(host, made);
    return made;
  };
  return new Proxy(own, {
    get(_own, key) {
      const target = current();
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' && key !== 'constructor' ? value.bind(target) : value;
    },
    set: (_own, key, value) => Reflect.set(current(), key, value),
  });
}

/** Hosts by number, since those of another run have the same names. */
const numbers = new WeakMap<HostScope, number>();
let lastNumber = 0;

function numberOf(host: HostScope): number {
  const known = numbers.get(host) ?? ++lastNumber;
  numbers.set(host, known);
  return known;
}

/** Gives each host agents of its own, and connections of its own in the agents of a program. */
export function divideAgents(): void {
  divert(http.Agent.prototype, 'getName', (_world, self, args, real) => {
    const host = currentHost();
    const name = real.apply(self, args as never[]);
    return host === null ? name : `${name}:host ${numberOf(host)}`;
  });
  http.globalAgent = perHost(http.globalAgent, () => new http.Agent(AGENT_OPTIONS));
  https.globalAgent = perHost(https.globalAgent, () => new https.Agent(AGENT_OPTIONS));
}

let isDivided = false;

/**
 * Gives each host a dispatcher of its own, and has `fetch` do once what takes real time: it compiles
 * its parser on a thread when it is first used.
 */
export async function divideDispatchers(): Promise<void> {
  if (isDivided) return;
  isDivided = true;
  await fetch('data:,');
  const divided = REALMS.flatMap((realm) =>
    DISPATCHERS.filter((symbol) => divideIn(realm, symbol)),
  );
  if (divided.length > 0) return;
  throw otherwiseInNode('hides the dispatcher of fetch');
}

/** Tells whether it was there. */
function divideIn(realm: Realm, symbol: symbol): boolean {
  const globals = realm as unknown as Record<symbol, object | undefined>;
  const own = globals[symbol];
  if (own === undefined) return false;
  const Dispatcher = own.constructor as new (...args: object[]) => object;
  // In Node 26 the older one is a wrapper of the newer, which it is given.
  const given = Dispatcher.length === 0 ? [] : [globals[NEWER_DISPATCHER] ?? {}];
  globals[symbol] = perHost(own, () => new Dispatcher(...given));
  return true;
}
