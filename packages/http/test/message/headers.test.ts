import { Headers, Request, Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../support/code-of.js';
import { bytes } from '../support/pair.js';

describe('Headers', () => {
  it('ignores case and keeps spelling and order', () => {
    const headers = new Headers({ 'X-One': '1', host: 'a' }).append('x-ONE', '2');
    expect(headers.get('x-one')).toBe('1, 2');
    expect(headers.getAll('X-ONE')).toEqual(['1', '2']);
    expect(headers.has('HOST')).toBe(true);
    expect(headers.get('missing')).toBeNull();
    expect([...headers]).toEqual([
      ['X-One', '1'],
      ['host', 'a'],
      ['x-ONE', '2'],
    ]);
    expect(headers.size).toBe(3);
  });

  it('sets in the place of the first line', () => {
    const headers = new Headers([
      ['a', '1'],
      ['b', '2'],
      ['A', '3'],
    ]).set('A', 'x');
    expect([...headers]).toEqual([
      ['A', 'x'],
      ['b', '2'],
    ]);
    expect(headers.delete('a')).toBe(true);
    expect(headers.delete('a')).toBe(false);
    expect([...headers]).toEqual([['b', '2']]);
  });

  it('never joins Set-Cookie', () => {
    const headers = new Headers([
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    expect(headers.get('Set-Cookie')).toBe('a=1');
    expect(headers.getAll('Set-Cookie')).toEqual(['a=1', 'b=2']);
    expect(headers.toJSON()).toEqual({ 'set-cookie': ['a=1', 'b=2'] });
  });

  it.each(['', 'a b', 'a:', 'a\r\n', 'ä', '(a)'])('refuses the name %j', (name) => {
    expect(codeOf(() => new Headers().set(name, 'x'))).toBe('invalid-header-name');
    expect(codeOf(() => new Headers().append(name, 'x'))).toBe('invalid-header-name');
  });

  it.each(['a\r\nb: c', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'a\u0100b', '\x01'])(
    'refuses the value %j',
    (value) => {
      expect(codeOf(() => new Headers().set('a', value))).toBe('invalid-header-value');
      expect(codeOf(() => new Response().header('a', value))).toBe('invalid-header-value');
      expect(codeOf(() => new Headers({ a: value }))).toBe('invalid-header-value');
    },
  );

  it('trims white space and lets the upper half of ISO 8859-1 through', () => {
    expect(new Headers({ a: ' \tü\t ' }).get('a')).toBe('ü');
    expect(() => new Headers().set('a', 1 as unknown as string)).toThrow(TypeError);
  });

  it('of a parsed message can be changed', () => {
    const parsed = Request.parse(bytes('GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nx:  2 \r\n\r\n'));
    if (parsed.status !== 'complete') throw new Error(parsed.status);
    const { headers } = parsed.message;
    expect(headers.get('X')).toBe('1, 2');
    expect([...headers.clone()]).toEqual([
      ['Host', 'a'],
      ['X', '1'],
      ['x', '2'],
    ]);
    headers.set('x', '3').append('y', '4');
    expect([...headers]).toEqual([
      ['Host', 'a'],
      ['x', '3'],
      ['y', '4'],
    ]);
  });

  it('of another list is a copy', () => {
    const first = new Headers({ a: '1' });
    const second = new Headers(first).set('a', '2');
    expect(first.get('a')).toBe('1');
    expect(second.get('a')).toBe('2');
  });
});
