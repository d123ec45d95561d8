import { authorityOf, Request } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('authorityOf (RFC 9112, 3.3)', () => {
  it.each([
    ['GET', '/', 'a'],
    ['GET', 'http://b:1/', 'b:1'],
    ['CONNECT', 'c:2', 'c:2'],
    ['OPTIONS', '*', 'a'],
  ])('%s %s is for %s', (method, target, authority) => {
    expect(authorityOf(new Request(method, target, { Host: 'a' }))).toBe(authority);
  });

  it('may be unknown', () => {
    expect(authorityOf(new Request('GET', '/'))).toBe('');
  });
});
