import { proxyFromEnvironment } from '@netlayers/client';
import { describe, expect, it } from 'vitest';

/** What is chosen for a URL; the rules are those of curl. */
const rows: readonly [url: string, environment: Record<string, string>, chosen: string | null][] = [
  ['http://a.test/', {}, null],
  ['http://a.test/', { http_proxy: 'p:1' }, 'p:1'],
  ['http://a.test/', { HTTP_PROXY: 'p:1' }, null],
  ['https://a.test/', { http_proxy: 'p:1' }, null],
  ['https://a.test/', { https_proxy: 'p:1' }, 'p:1'],
  ['https://a.test/', { HTTPS_PROXY: 'p:1' }, 'p:1'],
  ['https://a.test/', { https_proxy: 'p:1', HTTPS_PROXY: 'q:1' }, 'p:1'],
  ['http://a.test/', { ALL_PROXY: 'socks5://p' }, 'socks5://p'],
  ['http://a.test/', { all_proxy: 'q:1', http_proxy: 'p:1' }, 'p:1'],
];

const exceptions: readonly [url: string, noProxy: string, isExcepted: boolean][] = [
  ['http://a.test/', '*', true],
  ['http://a.test/', 'a.test', true],
  ['http://A.test./', 'b.test, A.TEST', true],
  ['http://a.test/', 'b.test c.test', false],
  ['http://x.a.test/', 'a.test', true],
  ['http://x.a.test/', '.a.test', true],
  ['http://a.test/', '.a.test', true],
  ['http://xa.test/', 'a.test', false],
  ['http://a.test/', 'a.test:80', true],
  ['http://a.test:81/', 'a.test:80', false],
  ['https://a.test/', 'a.test:443', true],
  ['http://10.1.2.3/', '10.1.2.3', true],
  ['http://10.1.2.3/', '2.3', false],
  ['http://10.1.2.3/', '10.0.0.0/8', true],
  ['http://11.1.2.3/', '10.0.0.0/8', false],
  ['http://10.1.2.3/', '0.0.0.0/0', true],
  ['http://10.1.2.3/', '10.0.0.0/33', false],
  ['http://10.1.2.3/', '10.999.0.0/8', false],
  ['http://[fd00::1]/', 'fd00::1', true],
  ['http://[fd00::1]:81/', '[fd00::1]:81', true],
  ['http://[fd00::1]/', '[fd00::1]:81', false],
  ['http://a.test/', '.', false],
];

describe('proxies that an environment names', () => {
  it.each(rows)('%s with %o: %s', (url, environment, chosen) => {
    expect(proxyFromEnvironment(environment)(new URL(url))).toBe(chosen);
  });

  it.each(exceptions)('%s and no_proxy=%s: %s', (url, noProxy, isExcepted) => {
    const rule = proxyFromEnvironment({ all_proxy: 'p:1', no_proxy: noProxy });
    expect(rule(new URL(url))).toBe(isExcepted ? null : 'p:1');
  });
});
