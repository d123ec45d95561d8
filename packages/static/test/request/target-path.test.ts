import { describe, expect, it } from 'vitest';
import { hasDotfile, resolveTargetPath } from '../../src/request/target-path.js';

describe('paths that name files', () => {
  it.each([
    ['/', [], true],
    ['/index.html', ['index.html'], false],
    ['/a/b.css', ['a', 'b.css'], false],
    ['/a/', ['a'], true],
    ['/a%20b', ['a b'], false],
    ['/%C3%A4.txt', ['ä.txt'], false],
    ['/%252e%252e/x', ['%2e%2e', 'x'], false],
    ['/...', ['...'], false],
    ['/a..b', ['a..b'], false],
    ['/c:', ['c:'], false],
    ['/a+b', ['a+b'], false],
    ['/~root', ['~root'], false],
  ])('%s', (path, segments, directory) => {
    expect(resolveTargetPath(path, 'linux')).toEqual({ segments, directory });
  });
});

describe('paths that are refused', () => {
  it.each([
    '',
    '..',
    'index.html',
    '/..',
    '/../x',
    '/a/../x',
    '/./x',
    '/%2e%2e/x',
    '/.%2e/x',
    '/%2E./x',
    '/a%2fb',
    '/..%2fx',
    '/%2fetc/passwd',
    '/..%5cx',
    '/..\\x',
    '/a\\b',
    '//etc/passwd',
    '/a//b',
    '/a//',
  ])('%s', (path) => {
    expect(resolveTargetPath(path, 'linux')).toBe('refused');
  });

  it.each(['/%', '/%2', '/%zz', '/%ff', '/%c0%ae%c0%ae/x', '/%00', '/a%00.html', '/a\0'])(
    '%s is not even text',
    (path) => {
      expect(resolveTargetPath(path, 'linux')).toBe('malformed');
    },
  );

  it.each(['/c:', '/c:/x', '/a:$DATA', '/a.', '/a ', '/a%20', '/x*', '/a|b'])(
    '%s on Windows',
    (path) => {
      expect(resolveTargetPath(path, 'win32')).toBe('refused');
    },
  );
});

it('sees dotfiles at any depth', () => {
  expect(hasDotfile(['a', '.git', 'config'])).toBe(true);
  expect(hasDotfile(['a.b', 'c'])).toBe(false);
});
