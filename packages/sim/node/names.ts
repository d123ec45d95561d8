/**
 * `node:dns` on a simulated host: names are looked up with the network's resolver, in virtual time,
 * and an answer never comes in the call itself. Addresses are the only records there are; every other
 * question is answered as a server without such a record answers it, and a resolver that a program
 * makes for itself is the same one.
 */

import dns from 'node:dns';
import { isIP } from 'node:net';
import { checkCallback } from './callback.js';
import { divert, divertIfThere, type Inside } from './divert.js';
import { currentHost, type HostScope, type World } from './scope.js';
import { soon } from './virtual-time.js';

interface LookupOptions {
  readonly all?: boolean;
  readonly family?: number | string;
}

/** Numbers of errors as libuv and c-ares give them. */
const ERRNO: Readonly<Record<string, number>> = { ENOTFOUND: -3008, EAI_AGAIN: -3001 };

/** Questions without an answer in a network of hosts with addresses. */
const OTHER_QUESTIONS = [
  'resolve6',
  'resolveAny',
  'resolveCaa',
  'resolveCname',
  'resolveMx',
  'resolveNaptr',
  'resolveNs',
  'resolvePtr',
  'resolveSoa',
  'resolveSrv',
  'resolveTlsa',
  'resolveTxt',
] as const;

/** Diverts everything that asks for a name. */
export function divertNames(): void {
  divert(dns, 'lookup', unlessLiteral(called(lookUp, answerOfLookup)));
  divert(
    dns,
    'lookupService',
    called(nameService, (answer) => answer as unknown[]),
  );
  divert(
    dns.promises,
    'lookup',
    unlessLiteral((world, _self, args) => lookUp(world, args)),
  );
  divert(dns.promises, 'lookupService', async (world, _self, args) => {
    const [hostname, service] = await nameService(world, args);
    return { hostname, service };
  });
  const resolvers = [dns, dns.Resolver.prototype];
  const promised = [dns.promises, dns.promises.Resolver.prototype];
  for (const [name, ask] of questions()) {
    const callBack = called(ask, (answer) => [answer]);
    const promise: Inside = (world, _self, args) => ask(world, args);
    for (const target of resolvers) divertIfThere(target, name, callBack);
    for (const target of promised) divertIfThere(target, name, promise);
  }
}

/** Nobody is asked for an address: Node answers in the next tick, before a program's next macrotask. */
const unlessLiteral =
  (ask: Inside): Inside =>
  (world, self, args, real) =>
    isIP(String(args[0])) === 0 ? ask(world, self, args, real) : real.apply(self, args as never[]);

type Ask = (world: World, args: unknown[]) => Promise<unknown>;

function questions(): [name: string, ask: Ask][] {
  return [
    ['resolve', (world, args) => resolveByType(world, args)],
    ['resolve4', (world, args) => resolve4(world, args)],
    ...OTHER_QUESTIONS.map((name): [string, Ask] => [
      name,
      (world, args) => noData(world, typeOf(name), args),
    ]),
    ['reverse', (world, args) => noName(world, args)],
  ];
}

/** The form with a callback, which is the last argument. */
function called(ask: Ask, spread: (answer: unknown) => unknown[]): Inside {
  return (world, _self, args) => {
    const callback = args.at(-1);
    checkCallback(callback);
    ask(world, args.slice(0, -1)).then(
      (answer) => soon(world.clock, () => callback(null, ...spread(answer))),
      (error: Error) => soon(world.clock, () => callback(error)),
    );
    return {};
  };
}

interface Address {
  readonly address: string;
  readonly family: number;
}

/** One address, or all of them in a list. */
const answerOfLookup = (answer: unknown): unknown[] =>
  Array.isArray(answer) ? [answer] : [(answer as Address).address, (answer as Address).family];

async function lookUp(world: World, [name, given]: unknown[]): Promise<Address | Address[]> {
  const options = (
    typeof given === 'object' && given !== null ? given : { family: given }
  ) as LookupOptions;
  const hostname = name === '' || name === null || name === undefined ? 'localhost' : String(name);
  const found = await addressesOf(world, hostname);
  const wanted = Number(String(options.family ?? 0).replace('IPv', ''));
  const matching = found.filter(({ family }) => wanted === 0 || family === wanted);
  if (matching.length === 0) throw nameError('ENOTFOUND', 'getaddrinfo', hostname);
  return options.all === true ? matching : matching[0]!;
}

async function addressesOf(world: World, name: string): Promise<Address[]> {
  const family = isIP(name);
  if (family !== 0) return [{ address: name, family }];
  try {
    const addresses = await askingHost(world, name).lookUp(name);
    return addresses.map((address) => ({ address, family: 4 }));
  } catch (error) {
    const { code } = error as { readonly code?: string };
    throw code === undefined ? error : nameError(code, 'getaddrinfo', name);
  }
}

async function nameService(world: World, [address, port]: unknown[]): Promise<[string, string]> {
  await nextTurn(world);
  return [String(address), String(port)];
}

async function resolve4(
  world: World,
  [name, options]: unknown[],
): Promise<(string | { address: string; ttl: number })[]> {
  const found = await questioned('queryA', String(name), () => addressesOf(world, String(name)));
  const withTtl = (options as { readonly ttl?: boolean } | undefined)?.ttl === true;
  return found.map(({ address }) => (withTtl ? { address, ttl: 0 } : address));
}

function resolveByType(world: World, [name, type]: unknown[]): Promise<unknown> {
  const wanted = typeof type === 'string' ? type : 'A';
  return wanted === 'A' ? resolve4(world, [name]) : noData(world, wanted, [name]);
}

/** What a method asks for: `MX` of `resolveMx`. */
const typeOf = (method: string): string =>
  method === 'resolve6' ? 'AAAA' : method.replace('resolve', '').toUpperCase();

/** A name that is there and has no such record; one that is not there. */
async function noData(world: World, type: string, [name]: unknown[]): Promise<never> {
  const syscall = `query${type.slice(0, 1)}${type.slice(1).toLowerCase()}`;
  await questioned(syscall, String(name), () => addressesOf(world, String(name)));
  throw nameError('ENODATA', syscall, String(name));
}

/** No address has a name. */
async function noName(world: World, [address]: unknown[]): Promise<never> {
  await nextTurn(world);
  throw nameError('ENOTFOUND', 'getHostByAddr', String(address));
}

async function questioned<T>(syscall: string, name: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw nameError((error as { readonly code?: string }).code ?? 'ENOTFOUND', syscall, name);
  }
}

/** The host that asks; the program of the simulation itself has no address to ask from. */
function askingHost(_world: World, name: string): HostScope {
  const host = currentHost();
  if (host !== null) return host;
  throw new Error(`${name} was looked up outside of every host: use host.run(() => ...)`);
}

const nextTurn = (world: World): Promise<void> =>
  new Promise((resolve) => {
    soon(world.clock, resolve);
  });

const nameError = (code: string, syscall: string, hostname: string): Error =>
  Object.assign(new Error(`${syscall} ${code} ${hostname}`), {
    code,
    syscall,
    hostname,
    ...(ERRNO[code] !== undefined && syscall === 'getaddrinfo' && { errno: ERRNO[code] }),
  });
