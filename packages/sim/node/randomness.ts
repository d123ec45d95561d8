/**
 * Chance from the simulation's seed: `Math.random`, and what of `node:crypto` and Web Crypto a program
 * draws from. Keys and signatures are OpenSSL's own and stay random: sizes and times of what they are
 * used for do not.
 */

import crypto from 'node:crypto';
import { divert, divertIfThere, type Inside } from './divert.js';
import { inRealms } from './realms.js';
import type { World } from './scope.js';

type Callback = (error: Error | null, value: unknown) => void;

const bytesOf = (into: ArrayBufferView | ArrayBuffer): Uint8Array =>
  ArrayBuffer.isView(into)
    ? new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
    : new Uint8Array(into);

function fill<T extends ArrayBufferView | ArrayBuffer>(
  world: World,
  into: T,
  offset = 0,
  size?: number,
): T {
  const bytes = bytesOf(into);
  const end = size === undefined ? bytes.length : Math.min(offset + size, bytes.length);
  for (let at = offset; at < end; at++) bytes[at] = world.randomU32() >>> 24;
  return into;
}

function uuid(world: World): string {
  const bytes = fill(world, new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const fraction = (world: World): number =>
  ((world.randomU32() >>> 5) * 0x400_0000 + (world.randomU32() >>> 6)) / 2 ** 53;

/** A value now, or by the callback that was given last. */
function give(args: unknown[], value: unknown): unknown {
  const callback = args.at(-1);
  if (typeof callback !== 'function') return value;
  process.nextTick(callback as Callback, null, value);
  return undefined;
}

const randomInt: Inside = (world, _self, args) => {
  const numbers = args.filter((arg): arg is number => typeof arg === 'number');
  const [min, max] = numbers.length > 1 ? (numbers as [number, number]) : [0, numbers[0] ?? 0];
  return give(args, min + Math.floor(fraction(world) * (max - min)));
};

/** Diverts every source of chance that a program can reach. */
export function divertRandomness(): void {
  for (const math of inRealms('Math')) divert(math, 'random', fraction);
  divert(crypto, 'randomBytes', (world, _self, args) =>
    give(args, fill(world, Buffer.alloc(Number(args[0])))),
  );
  divertIfThere(crypto, 'pseudoRandomBytes', (world, _self, args) =>
    give(args, fill(world, Buffer.alloc(Number(args[0])))),
  );
  divert(crypto, 'randomFillSync', (world, _self, [into, offset, size]) =>
    fill(world, into as Uint8Array, offset as number | undefined, size as number | undefined),
  );
  divert(crypto, 'randomFill', (world, _self, args) => {
    const [offset, size] = args.slice(1, -1) as (number | undefined)[];
    return give(args, fill(world, args[0] as Uint8Array, offset, size));
  });
  divert(crypto, 'randomInt', randomInt);
  divert(crypto, 'randomUUID', uuid);
  const { Crypto } = globalThis as unknown as { Crypto?: { readonly prototype: object } };
  const prototype = Crypto?.prototype ?? Object.getPrototypeOf(globalThis.crypto);
  for (const target of new Set([prototype as object, crypto.webcrypto as object])) {
    divert(target, 'randomUUID', uuid);
    divert(target, 'getRandomValues', (world, _self, [into]) => fill(world, into as Uint8Array));
  }
}
