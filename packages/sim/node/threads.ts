/**
 * Work that Node gives to threads: compression runs in the program's own turn, and time stands still
 * while cryptography is computed, since both take real time and none of the network's.
 */

import { AsyncResource } from 'node:async_hooks';
import crypto from 'node:crypto';
import { bindingOf } from './binding.js';
import { divertIfThere } from './divert.js';
import { currentWorld, type World } from './scope.js';

/** Functions of `node:crypto` that call back. */
const WITH_CALLBACK = [
  'pbkdf2',
  'scrypt',
  'hkdf',
  'generateKey',
  'generateKeyPair',
  'generatePrime',
  'checkPrime',
  'sign',
  'verify',
  'diffieHellman',
  'argon2',
] as const;

/** Methods of Web Crypto that promise. */
const SUBTLE = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'digest',
  'generateKey',
  'deriveKey',
  'deriveBits',
  'importKey',
  'exportKey',
  'wrapKey',
  'unwrapKey',
] as const;

/** Diverts compression and cryptography. */
export function divertThreads(): void {
  for (const name of WITH_CALLBACK) {
    divertIfThere(crypto, name, (world, self, args, real) => {
      const callback = args.at(-1);
      if (typeof callback !== 'function') return real.apply(self, args as never[]);
      const held = holding(world, callback as (...answer: unknown[]) => void);
      return real.apply(self, [...args.slice(0, -1), held] as never[]);
    });
  }
  const subtle = Object.getPrototypeOf(crypto.webcrypto.subtle) as object;
  for (const name of SUBTLE) {
    divertIfThere(subtle, name, (world, self, args, real) => {
      const promise = real.apply(self, args as never[]) as Promise<unknown>;
      world.hold(promise.catch(() => {}));
      return promise;
    });
  }
  divertCompression();
}

/** Time stands still until the callback has been called. */
function holding(
  world: World,
  callback: (...answer: unknown[]) => void,
): (...answer: unknown[]) => void {
  let done = (): void => {};
  world.hold(
    new Promise<void>((resolve) => {
      done = resolve;
    }),
  );
  return (...answer) => {
    done();
    callback(...answer);
  };
}

/** A native stream of compression; the names are Node's. */
interface NativeZlib {
  init(...args: unknown[]): unknown;
  write(...args: unknown[]): unknown;
  writeSync(...args: unknown[]): unknown;
}

const callbacks = new WeakMap<object, () => void>();

/** The native classes are reached through the binding only; a Node without it keeps its threads. */
function divertCompression(): void {
  const classes =
    bindingOf<Readonly<Record<string, { readonly prototype: NativeZlib } | undefined>>>('zlib') ??
    {};
  for (const name of ['Zlib', 'BrotliEncoder', 'BrotliDecoder', 'ZstdCompress', 'ZstdDecompress']) {
    const prototype = classes[name]?.prototype;
    if (prototype !== undefined) compressInTurn(prototype);
  }
}

function compressInTurn(prototype: NativeZlib): void {
  const { init, write } = prototype;
  prototype.init = function (this: object, ...args) {
    const callback = args.find((arg) => typeof arg === 'function');
    if (callback !== undefined) callbacks.set(this, callback as () => void);
    return init.apply(this, args);
  };
  prototype.write = function (this: NativeZlib, ...args) {
    const callback = callbacks.get(this);
    if (currentWorld() === null || callback === undefined) return write.apply(this, args);
    const result = this.writeSync(...args);
    process.nextTick(AsyncResource.bind(() => callback.call(this)));
    return result;
  };
}
