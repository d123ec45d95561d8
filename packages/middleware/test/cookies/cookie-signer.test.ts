import { createHmac } from 'node:crypto';
import { CookieSigner } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';

const [OLD, NEW] = ['an old key of the site', 'a new key of the site'];

describe('a signed value', () => {
  it('carries HMAC-SHA-256 of name and value [RFC 2104 2]', async () => {
    const signed = await new CookieSigner([NEW]).sign('a', 'b.c');
    const hmac = createHmac('sha256', NEW).update('a=b.c').digest('base64url');
    expect(signed).toBe(`b.c.${hmac}`);
  });

  it('is believed for its name, unchanged', async () => {
    const signer = new CookieSigner([NEW]);
    const signed = await signer.sign('user', 'é 7');
    expect(await signer.verify('user', signed)).toEqual({ value: 'é 7', isStale: false });
    expect(await signer.verify('admin', signed)).toBeNull();
    expect(await signer.verify('user', signed.replace('7', '8'))).toBeNull();
    for (const bad of [undefined, '', 'x', 'x.', '.', `${signed}x`, 'x.%%%', signed.slice(0, -1)]) {
      expect(await signer.verify('user', bad), bad).toBeNull();
    }
  });

  it('of an older key is believed and stale, of none not', async () => {
    const signed = await new CookieSigner([OLD]).sign('a', 'b');
    expect(await new CookieSigner([NEW, OLD]).verify('a', signed)).toEqual({
      value: 'b',
      isStale: true,
    });
    expect(await new CookieSigner([NEW]).verify('a', signed)).toBeNull();
  });

  it('needs a key that nobody guesses', () => {
    expect(() => new CookieSigner([])).toThrow(RangeError);
    expect(() => new CookieSigner(['short'])).toThrow(RangeError);
  });
});
