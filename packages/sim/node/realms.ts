/**
 * The global objects that a program's code can see: that of its modules, and where a test runner gives
 * modules a context of their own (jest, the vm pools of vitest) also Node's, in which `fetch` lives.
 */

import { runInThisContext } from 'node:vm';

/** A global object. */
export type Realm = typeof globalThis;

/** Each of them once. */
export const REALMS: readonly Realm[] = [
  ...new Set([globalThis, runInThisContext('globalThis') as Realm]),
];

/** What the realms have under a name, each thing once: some are the same everywhere. */
export const inRealms = <Name extends keyof Realm>(name: Name): Realm[Name][] => [
  ...new Set(REALMS.map((realm) => realm[name]).filter((value) => value !== undefined)),
];
