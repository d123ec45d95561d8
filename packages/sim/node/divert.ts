/**
 * Puts a function in front of one of Node's that is asked only while a simulation runs. Installed
 * once, when this entry is imported, so before a program takes functions off their modules; outside
 * of a simulation Node is as it was.
 */

import { promisify } from 'node:util';
import { otherwiseInNode } from './binding.js';
import { currentWorld, type World } from './scope.js';

type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/** What takes the place of a function inside of a simulation; `this` is the first argument. */
export type Inside = (world: World, self: unknown, args: unknown[], real: AnyFunction) => unknown;

/** Functions of ours that stand in front of Node's, to see whether somebody has put theirs in place. */
const diverted: {
  readonly object: object;
  readonly name: PropertyKey;
  readonly ours: unknown;
  readonly real: unknown;
}[] = [];

/**
 * Diverts `object[name]`.
 *
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM that names what this Node lacks, or
 *   does not let be replaced.
 */
export function divert(object: object, name: PropertyKey, inside: Inside): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  const real = (object as Record<PropertyKey, unknown>)[name] as AnyFunction | undefined;
  if (typeof real !== 'function' || descriptor?.configurable === false) {
    throw otherwiseInNode(`has no ${String(name)} that a simulation can divert`);
  }
  replaceBy(object, name, diversion(real, inside));
}

/** Puts something of ours in the place of a property, for good. */
export function replaceBy(object: object, name: PropertyKey, ours: unknown): void {
  const real = (object as Record<PropertyKey, unknown>)[name];
  diverted.push({ object, name, ours, real });
  put(object, name, ours);
}

function put(object: object, name: PropertyKey, value: unknown): void {
  const enumerable = Object.getOwnPropertyDescriptor(object, name)?.enumerable ?? true;
  Object.defineProperty(object, name, { configurable: true, writable: true, enumerable, value });
}

/** Puts ours back where somebody has given back what was there before, as fake timers do. */
export function renewDiversions(): void {
  for (const { object, name, ours, real } of diverted) {
    if ((object as Record<PropertyKey, unknown>)[name] === real) put(object, name, ours);
  }
}

/** Diverts what some versions of Node have and others do not. */
export function divertIfThere(object: object, name: PropertyKey, inside: Inside): void {
  if ((object as Record<PropertyKey, unknown>)[name] !== undefined) divert(object, name, inside);
}

/** The form of a function that promises, as `util.promisify` finds it. */
export function divertPromised(object: object, name: PropertyKey, inside: Inside): void {
  const ours = (object as Record<PropertyKey, AnyFunction>)[name]! as object;
  const promised = (ours as Record<symbol, AnyFunction | undefined>)[promisify.custom];
  if (promised === undefined) return;
  Object.defineProperty(ours, promisify.custom, {
    configurable: true,
    value: diversion(promised, inside),
  });
}

/** Names of functions that somebody else has replaced since: fake timers, for one. */
export const replacedSince = (object: object): string[] =>
  diverted
    .filter((entry) => entry.object === object)
    .filter(({ name, ours }) => (object as Record<PropertyKey, unknown>)[name] !== ours)
    .map(({ name }) => String(name));

function diversion(real: AnyFunction, inside: Inside): AnyFunction {
  const ours = function (this: unknown, ...args: never[]): unknown {
    const world = currentWorld();
    return world === null ? real.apply(this, args) : inside(world, this, args, real);
  };
  for (const key of Reflect.ownKeys(real)) {
    if (key === 'prototype') continue;
    const descriptor = Object.getOwnPropertyDescriptor(real, key)!;
    Object.defineProperty(ours, key, { ...descriptor, configurable: true });
  }
  return ours;
}
