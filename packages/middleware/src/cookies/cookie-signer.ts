/**
 * Values that only this site can have written: HMAC-SHA-256 (RFC 2104) over name and value, by the
 * platform's WebCrypto, which compares in constant time. Signed is not secret: the client reads it.
 *
 * Keys are rotated by putting a new one in front: what older ones have signed is still good, and said
 * to be stale.
 */

import { base64Url, fromBase64 } from '../base/base64.js';

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };
const LEAST_KEY = 16;

const importKey = (bytes: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey('raw', bytes, ALGORITHM, false, ['sign', 'verify']);

/** A value that was signed here. */
export interface SignedValue {
  readonly value: string;
  /** Signed by a key that is not the first: to be signed again. */
  readonly isStale: boolean;
}

/** Signs the values of cookies. */
export class CookieSigner {
  readonly #keys: readonly ReturnType<typeof importKey>[];

  /**
   * @param keys the key that signs, then those that are still believed; as text in UTF-8, or octets.
   * @throws RangeError without a key, and for one shorter than 16 bytes.
   */
  constructor(keys: readonly (string | Uint8Array)[]) {
    if (keys.length === 0) throw new RangeError('a signer needs a key');
    this.#keys = keys.map((key) => {
      const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : Uint8Array.from(key);
      if (bytes.length < LEAST_KEY) throw new RangeError(`a key has at least ${LEAST_KEY} bytes`);
      return importKey(bytes);
    });
  }

  /** A value with its signature, for a cookie of this name and no other. */
  async sign(name: string, value: string): Promise<string> {
    const signature = await crypto.subtle.sign('HMAC', await this.#keys[0]!, message(name, value));
    return `${value}.${base64Url(new Uint8Array(signature))}`;
  }

  /** The value that was signed; `null` for one that was not, or for another name. */
  async verify(name: string, signed: string | undefined): Promise<SignedValue | null> {
    const at = signed?.lastIndexOf('.') ?? -1;
    if (signed === undefined || at < 0) return null;
    const value = signed.slice(0, at);
    const signature = fromBase64(signed.slice(at + 1));
    if (signature === null) return null;
    const given = message(name, value);
    for (const [index, key] of this.#keys.entries()) {
      if (await crypto.subtle.verify('HMAC', await key, signature, given)) {
        return { value, isStale: index > 0 };
      }
    }
    return null;
  }
}

/** A name has no `=`: no two of them come to the same. */
const message = (name: string, value: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`${name}=${value}`);
