import { describe, expect, it } from 'vitest';
import { proxyRule } from '../src/request/proxy-rule.js';

const to = (
  environment: Record<string, string>,
  command: { proxy?: string; noProxy?: string },
  url: string,
): unknown =>
  proxyRule(environment, { proxy: command.proxy ?? null, noProxy: command.noProxy ?? null })(
    new URL(url),
  );

describe('the proxy of a URL', () => {
  it('is what the environment says, or -x before it', () => {
    const environment = { http_proxy: 'http://a:1', https_proxy: 'http://b:2', no_proxy: 'c' };
    expect(to(environment, {}, 'http://x/')).toBe('http://a:1');
    expect(to(environment, {}, 'https://x/')).toBe('http://b:2');
    expect(to(environment, {}, 'http://c/')).toBeNull();
    expect(to(environment, { proxy: 'socks5://d:3' }, 'https://x/')).toBe('socks5://d:3');
    expect(to(environment, { proxy: 'socks5://d:3' }, 'https://c/')).toBeNull();
    expect(to({}, {}, 'http://x/')).toBeNull();
  });

  it('is none for the hosts of --noproxy', () => {
    const environment = { http_proxy: 'http://a:1', NO_PROXY: 'c' };
    expect(to(environment, { noProxy: '*' }, 'http://x/')).toBeNull();
    expect(to(environment, { noProxy: 'y' }, 'http://c/')).toBe('http://a:1');
  });
});
