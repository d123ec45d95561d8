import { describe, expect, it } from 'vitest';
import { Router } from '../../src/routing/router.js';

function routerOf(...patterns: string[]): Router<string> {
  const router = new Router<string>();
  for (const pattern of patterns) router.add('GET', pattern, pattern);
  return router;
}

function found(router: Router<string>, path: string): [string, Record<string, string>] | null {
  const match = router.find(path);
  return match && [match.route.handlerOf('GET') ?? '', { ...match.params }];
}

describe('paths', () => {
  const router = routerOf(
    '/',
    '/json',
    '/a/b',
    '/users/:id',
    '/users/me',
    '/users/:id/posts/:post',
  );

  it.each([
    ['/', '/', {}],
    ['/json', '/json', {}],
    ['/%6Ason', '/json', {}],
    ['/a/b', '/a/b', {}],
    ['/users/7', '/users/:id', { id: '7' }],
    ['/users/me', '/users/me', {}],
    ['/users/a%2Fb', '/users/:id', { id: 'a/b' }],
    ['/users/%E2%82%AC', '/users/:id', { id: '€' }],
    ['/users/__proto__', '/users/:id', { id: '__proto__' }],
    ['/users/me/posts/9', '/users/:id/posts/:post', { id: 'me', post: '9' }],
  ])('%s is answered by %s', (path, pattern, params) => {
    expect(found(router, path)).toEqual([pattern, params]);
  });

  it.each([
    '/JSON',
    '/json/',
    '//json',
    '/a',
    '/a/b/c',
    '/a%2Fb',
    '/users/',
    '/users',
    '/users/%zz',
    '/users/%ff',
    '/./json',
    '/x/../json',
    '*',
    '',
  ])('%s has no route', (path) => {
    expect(found(router, path)).toBeNull();
  });
});

describe('the trailing wildcard', () => {
  const router = routerOf('/files/*', '/files/:name', '/files/special');

  it.each([
    ['/files/special', '/files/special', {}],
    ['/files/x', '/files/:name', { name: 'x' }],
    ['/files/', '/files/*', { '*': '' }],
    ['/files/a/b%2fc', '/files/*', { '*': 'a/b%2fc' }],
    ['/files/special/x', '/files/*', { '*': 'special/x' }],
  ])('%s is answered by %s', (path, pattern, params) => {
    expect(found(router, path)).toEqual([pattern, params]);
  });

  it('covers everything when it stands alone', () => {
    expect(found(routerOf('/*'), '/a/b')).toEqual(['/*', { '*': 'a/b' }]);
    expect(found(routerOf('/*'), '/')).toEqual(['/*', { '*': '' }]);
  });

  it('binds only what its own branch saw', () => {
    const branches = routerOf('/:a/:b/x', '/:first/*');
    expect(found(branches, '/1/2/y')).toEqual(['/:first/*', { first: '1', '*': '2/y' }]);
  });
});

describe('methods', () => {
  it('answers HEAD with the handler of GET, and prefers its own', () => {
    const router = new Router<string>();
    router.add('GET', '/x', 'get');
    expect(router.find('/x')?.route.handlerOf('HEAD')).toBe('get');
    router.add('HEAD', '/x', 'head');
    expect(router.find('/x')?.route.handlerOf('HEAD')).toBe('head');
    expect(router.find('/x')?.route.handlerOf('POST')).toBeNull();
  });

  it('falls back to the handler for any method', () => {
    const router = new Router<string>();
    router.add(null, '/x', 'any');
    router.add('PUT', '/x', 'put');
    expect(router.find('/x')?.route.handlerOf('PUT')).toBe('put');
    expect(router.find('/x')?.route.handlerOf('BREW')).toBe('any');
  });

  it('lists what is allowed (RFC 9110, 10.2.1)', () => {
    const router = new Router<string>();
    router.add('GET', '/x', '');
    router.add('POST', '/x', '');
    router.add(null, '/any', '');
    expect(router.find('/x')?.route.allow).toBe('GET, POST, HEAD, OPTIONS');
    expect(router.find('/any')?.route.allow).toContain('PATCH');
  });
});

describe('misuse', () => {
  it.each(['json', '/a?b', '/a#b', '/:', '/*/x', '/:a/:a'])('refuses the pattern %s', (pattern) => {
    expect(() => routerOf(pattern)).toThrow(TypeError);
  });

  it('refuses a second handler, and the same pattern under other names', () => {
    expect(() => routerOf('/x', '/x')).toThrow(TypeError);
    expect(() => routerOf('/:a', '/:b')).toThrow(TypeError);
  });
});
