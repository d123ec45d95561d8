import { isHost, parseTarget } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

const none = { scheme: '', authority: '', path: '', query: null };

describe('parseTarget (RFC 9112, 3.2)', () => {
  it.each([
    ['GET', '/', { ...none, form: 'origin', path: '/' }],
    ['GET', '/a/b?c?d', { ...none, form: 'origin', path: '/a/b', query: 'c?d' }],
    ['GET', '/?', { ...none, form: 'origin', path: '/', query: '' }],
    ['GET', '//a', { ...none, form: 'origin', path: '//a' }],
    ['GET', '/%zz|^`{}[]\\', { ...none, form: 'origin', path: '/%zz|^`{}[]\\' }],
    [
      'GET',
      'HTTP://a:80/b?c',
      { form: 'absolute', scheme: 'http', authority: 'a:80', path: '/b', query: 'c' },
    ],
    [
      'GET',
      'http://a',
      { form: 'absolute', scheme: 'http', authority: 'a', path: '/', query: null },
    ],
    [
      'GET',
      'http://a?b',
      { form: 'absolute', scheme: 'http', authority: 'a', path: '/', query: 'b' },
    ],
    ['CONNECT', 'a:443', { ...none, form: 'authority', authority: 'a:443' }],
    ['CONNECT', '[::1]:443', { ...none, form: 'authority', authority: '[::1]:443' }],
    ['OPTIONS', '*', { ...none, form: 'asterisk' }],
  ])('%s %s', (method, target, expected) => {
    expect(parseTarget(method, target)).toEqual(expected);
  });

  it.each([
    ['GET', ''],
    ['GET', '*'],
    ['GET', 'a'],
    ['GET', '?a'],
    ['GET', '/a b'],
    ['GET', '/a#b'],
    ['GET', '/\xe4'],
    ['GET', '/\u0100'],
    ['GET', '1a://b'],
    ['GET', 'urn:a:b'],
    ['GET', 'a:80'],
    ['GET', 'http:'],
    ['GET', 'http:/a'],
    ['GET', 'http://'],
    ['GET', 'http://:80'],
    ['GET', 'http://u@a'],
    ['GET', 'https://a:x'],
    ['CONNECT', '/'],
    ['CONNECT', 'a'],
    ['CONNECT', ':1'],
    ['CONNECT', 'a:'],
    ['CONNECT', 'http://a:1'],
    ['CONNECT', '*'],
  ])('%s %j is refused', (method, target) => {
    expect(parseTarget(method, target)).toBeNull();
  });
});

describe('isHost (RFC 9110, 7.2)', () => {
  it.each([
    '',
    'a',
    'A.b-c_d~',
    'a:',
    'a:80',
    'a:65535',
    '192.0.2.1:1',
    ':80',
    '%41',
    "!$&'()*+,;=",
    '[::]',
    '[::1]:80',
    '[1:2:3:4:5:6:7:8]',
    '[1::8]',
    '[::ffff:192.0.2.1]',
    '[1:2:3:4:5:6:192.0.2.1]',
    '[v1.x:y]',
  ])('takes %j', (host) => {
    expect(isHost(host)).toBe(true);
  });

  it.each([
    ' ',
    'a b',
    'a/',
    'a@b',
    'a:b',
    'a:65536',
    'a:000080',
    'a:1:2',
    '%4',
    '%zz',
    'a%',
    'ä',
    '[',
    '[]',
    '[::1',
    '::1',
    '[::1]a',
    '[1:2:3:4:5:6:7]',
    '[1:2:3:4:5:6:7:8:9]',
    '[1::2::3]',
    '[:1]',
    '[12345::]',
    '[::1%25eth0]',
    '[::ffff:192.0.2.256]',
    '[::ffff:192.0.2.01]',
    '[192.0.2.1]',
    '[v1.]',
    '[vg.x]',
    '"a"',
    'a\0',
  ])('refuses %j', (host) => {
    expect(isHost(host)).toBe(false);
  });
});
