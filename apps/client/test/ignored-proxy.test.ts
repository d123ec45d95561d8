import { describe, expect, it } from 'vitest';
import { ignoredProxy } from '../src/request/ignored-proxy.js';

const to = (url: string, noProxy: string | null = null) => ({
  transfers: [{ url, output: '-', upload: null }],
  noProxy,
});
const PROXY = { http_proxy: 'http://p:3128' };

describe('a proxy of the environment', () => {
  it('is said not to be used', () => {
    expect(ignoredProxy(PROXY, to('http://a.test/'))).toContain('http_proxy is set and not used');
    expect(ignoredProxy({ ALL_PROXY: 'x' }, to('http://a.test/'))).toContain('ALL_PROXY');
  });

  it.each([
    [{}, to('http://a.test/')],
    [{ HTTP_PROXY: 'http://p' }, to('http://a.test/')],
    [{ ...PROXY, no_proxy: 'b.test, a.test' }, to('http://a.test/')],
    [{ ...PROXY, NO_PROXY: '.test' }, to('http://a.test/')],
    [PROXY, to('http://a.test/', '*')],
  ])('is not spoken of where it is not meant: %j', (environment, command) => {
    expect(ignoredProxy(environment, command)).toBeNull();
  });

  it('is meant by a name that only ends like one that is listed', () => {
    expect(
      ignoredProxy({ ...PROXY, no_proxy: 'test.org' }, to('http://mytest.org/')),
    ).not.toBeNull();
  });
});
