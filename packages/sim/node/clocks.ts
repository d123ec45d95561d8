/**
 * What tells the time, in virtual time: `Date`, `performance.now`, `process.hrtime`, and the `Date`
 * field of Node's HTTP servers.
 */

import http from 'node:http';
import net from 'node:net';
import type { Clock } from '@netlayers/host';
import { divert, replaceBy } from './divert.js';
import { inRealms, REALMS, type Realm } from './realms.js';
import { currentWorld } from './scope.js';

const NANOSECONDS = 1_000_000_000n;
/** Where `process.hrtime` begins: no program may take it for zero. */
const HRTIME_START = NANOSECONDS;

/** Diverts every clock of Node that a program can reach. */
export function divertClocks(): void {
  for (const realm of REALMS) divertDate(realm);
  for (const performance of inRealms('performance')) {
    divert(performance, 'now', ({ clock }) => clock.now());
  }
  const { hrtime } = process;
  divert(process, 'hrtime', ({ clock }, _self, [since]) =>
    pairSince(nanoseconds(clock.now()), since as [number, number] | undefined),
  );
  divert(process.hrtime, 'bigint', ({ clock }) => nanoseconds(clock.now()));
  divert(hrtime, 'bigint', ({ clock }) => nanoseconds(clock.now()));
  divertDateField();
  divertDateFieldOfStreams();
}

/** Whole ms since 1970-01-01 UTC, as `Date.now()`. */
const wallMs = (clock: Clock): number => Math.floor(clock.wallTime());

const nanoseconds = (ms: number): bigint => HRTIME_START + BigInt(Math.round(ms * 1e6));

function pairSince(now: bigint, since: [number, number] | undefined): [number, number] {
  const before = since === undefined ? 0n : BigInt(since[0]) * NANOSECONDS + BigInt(since[1]);
  const elapsed = now - before;
  return [Number(elapsed / NANOSECONDS), Number(elapsed % NANOSECONDS)];
}

/** `new Date()` and `Date()` without arguments; dates of either kind are instances of both. */
function divertDate(realm: Realm): void {
  const RealDate = realm.Date;
  divert(RealDate, 'now', ({ clock }) => wallMs(clock));
  const VirtualDate = new Proxy(RealDate, {
    construct(target, args, newTarget) {
      const world = currentWorld();
      const given = world === null || args.length > 0 ? args : [wallMs(world.clock)];
      return Reflect.construct(target, given, newTarget) as object;
    },
    apply(target, self, args) {
      const world = currentWorld();
      return world === null
        ? Reflect.apply(target, self, args)
        : new RealDate(wallMs(world.clock)).toString();
    },
  });
  replaceBy(realm, 'Date', VirtualDate);
}

interface DatedResponse {
  readonly sendDate: boolean;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): void;
}

/** Node writes the field by a clock of its own, so it is told not to, and the field is set before. */
function divertDateField(): void {
  const { prototype } = http.ServerResponse;
  const wishes = new WeakMap<object, boolean>();
  Object.defineProperty(prototype, 'sendDate', {
    configurable: true,
    get(this: object) {
      return currentWorld() === null && (wishes.get(this) ?? true);
    },
    set(this: object, wished: boolean) {
      wishes.set(this, wished);
    },
  });
  const addDate = (response: DatedResponse, now: number): void => {
    if (wishes.get(response) === false || response.hasHeader('date')) return;
    response.setHeader('Date', new Date(now).toUTCString());
  };
  divert(prototype, 'writeHead', ({ clock }, self, args, real) => {
    // A list of fields as lines replaces what was set.
    if (!args.some(Array.isArray)) addDate(self as DatedResponse, wallMs(clock));
    return real.apply(self, args as never[]);
  });
}

/** Methods of a stream of HTTP/2 that answer, and which argument their fields are. */
const RESPOND = [
  ['respond', 0],
  ['respondWithFD', 1],
  ['respondWithFile', 1],
] as const;

/** Streams of HTTP/2 have a class that no program can name: the first one of all shows it. */
function divertDateFieldOfStreams(): void {
  let isKnown = false;
  const learn = (stream: object): void => {
    if (isKnown) return;
    isKnown = true;
    const prototype = Object.getPrototypeOf(stream) as object;
    for (const [name, at] of RESPOND) {
      divert(prototype, name, ({ clock }, self, args, real) => {
        const dated = withDate(args[at] ?? {}, args[at + 1], wallMs(clock));
        return real.apply(self, args.toSpliced(at, 1, dated) as never[]);
      });
    }
  };
  divert(net.Server.prototype, 'listen', (_world, self, args, real) => {
    const isHttp2 = 'updateSettings' in (self as object);
    if (isHttp2 && !isKnown) (self as net.Server).prependOnceListener('stream', learn);
    return real.apply(self, args as never[]);
  });
}

/** Fields with a date, unless they have one or shall have none. */
function withDate(fields: object, options: unknown, nowMs: number): object {
  const { sendDate = true } = (options ?? {}) as { readonly sendDate?: boolean };
  if (!sendDate || Array.isArray(fields)) return fields;
  return { date: new Date(nowMs).toUTCString(), ...fields };
}
