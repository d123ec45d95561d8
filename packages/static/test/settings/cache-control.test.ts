import { describe, expect, it } from 'vitest';
import { cacheControlRule } from '../../src/settings/cache-control.js';
import type { ServedFile } from '../../src/settings/served-file.js';

const fileOf = (path: string): ServedFile => ({ path, size: 1, modifiedMs: 0, coding: null });

describe('rules by pattern', () => {
  const rule = cacheControlRule({
    '*.html': 'no-cache',
    'assets/**': 'immutable',
    '/*.txt': 'top',
    'img/*.{png,jpg}': 'image',
    '**/*.map': 'no-store',
  });

  it.each([
    ['index.html', 'no-cache'],
    ['a/b/page.html', 'no-cache'],
    ['assets/page.html', 'no-cache'],
    ['assets/app.js', 'immutable'],
    ['assets/deep/.hidden/app.js', 'immutable'],
    ['other/assets/app.js', null],
    ['a.txt', 'top'],
    ['b/a.txt', null],
    ['img/a.png', 'image'],
    ['img/b/a.png', null],
    ['x.map', 'no-store'],
    ['x/y.map', 'no-store'],
    ['x.mapp', null],
    ['html', null],
  ])('%s', (path, value) => {
    expect(rule(fileOf(path))).toBe(value);
  });
});

it('may be one value, a function, or nothing', () => {
  expect(cacheControlRule('max-age=1')(fileOf('a'))).toBe('max-age=1');
  expect(cacheControlRule(({ path }) => path)(fileOf('a'))).toBe('a');
  expect(cacheControlRule(undefined)(fileOf('a'))).toBeNull();
});
