/**
 * Checks of what people hand to a network: a wrong name or seed is told in one line where it is
 * given, since a network that ignores it is another one than was meant.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { STACK_OPTIONS } from '@netlayers/stack';
import type { NetworkOptions, RunOptions } from './network-options.js';
import type { EndpointOptions } from './sim-endpoint.js';
import type { HostOptions } from './sim-host.js';
import type { RouterOptions } from './sim-router.js';

const NETWORK_OPTIONS: OptionNames<NetworkOptions> = {
  seed: 'optional',
  startMs: 'optional',
  capture: 'optional',
  observe: 'optional',
  misfortunes: 'optional',
};

const RUN_OPTIONS: OptionNames<RunOptions> = { limitMs: 'optional' };

/** A host gives its stack the first four. */
const { device: _, clock: __, random: ___, scheduler: ____, ...OF_STACK } = STACK_OPTIONS;

const HOST_OPTIONS: OptionNames<HostOptions> = {
  ...OF_STACK,
  name: 'optional',
  routes: 'optional',
  capture: 'optional',
  wrapDevice: 'optional',
};

const ROUTER_OPTIONS: OptionNames<RouterOptions> = {
  address: 'optional',
  name: 'optional',
  icmp: 'optional',
};

const ENDPOINT_OPTIONS: OptionNames<EndpointOptions> = {
  address: 'needed',
  name: 'optional',
  routes: 'optional',
};

/** @throws TypeError for an unknown name; RangeError for a seed that is no integer. */
export function checkNetworkOptions(options: NetworkOptions): void {
  checkOptions('createNetwork', options, NETWORK_OPTIONS);
  checkSeed(options.seed);
}

/** @throws RangeError for a seed that is no integer. */
export function checkSeed(seed: unknown): void {
  if (seed === undefined || Number.isSafeInteger(seed)) return;
  throw new RangeError(`a seed is an integer, not ${String(seed)}`);
}

/** @throws TypeError for an unknown name; RangeError for a limit that is no time. */
export function checkRunOptions(what: string, options: RunOptions): void {
  checkOptions(what, options, RUN_OPTIONS);
  checkLimit(options.limitMs);
}

/** @throws RangeError for a limit that is no time. */
export function checkLimit(limitMs: unknown): void {
  if (limitMs === undefined || (typeof limitMs === 'number' && limitMs >= 0)) return;
  throw new RangeError(`limitMs is a number of ms from 0 on, not ${String(limitMs)}`);
}

/** @throws TypeError for an unknown name; RangeError for a host's name that nobody can ask for. */
export function checkHostOptions(options: HostOptions): void {
  checkOptions('host', options, HOST_OPTIONS);
  const { name } = options;
  if (name === undefined) return;
  if (typeof name === 'string' && /^[^\s:/]+$/.test(name)) return;
  throw new RangeError(
    `a host needs a name such as 'api.test', without blanks, ':' and '/', not ${JSON.stringify(name)}`,
  );
}

/** @throws TypeError for an unknown name. */
export const checkRouterOptions = (options: RouterOptions): void =>
  checkOptions('router', options, ROUTER_OPTIONS);

/** @throws TypeError for an unknown name, or no address. */
export const checkEndpointOptions = (options: EndpointOptions): void =>
  checkOptions('endpoint', options, ENDPOINT_OPTIONS);
