import { describe, expect, it } from 'vitest';
import { folderSettingsOf } from '../src/folder-options.js';

describe('options about a folder', () => {
  it('list a whole folder, and nothing else', () => {
    expect(folderSettingsOf({}, true, true)).toEqual({ listing: true, precompressed: false });
    expect(folderSettingsOf({ listing: false }, true, true).listing).toBe(false);
    expect(folderSettingsOf({}, true, false).listing).toBe(false);
  });

  it('name files', () => {
    const given = { index: ['a.htm', 'b.htm'], spa: '', precompressed: true };
    expect(folderSettingsOf(given, true, true)).toEqual({
      listing: true,
      precompressed: true,
      index: ['a.htm', 'b.htm'],
      fallback: 'index.html',
    });
    expect(folderSettingsOf({ spa: 'app.html' }, true, true).fallback).toBe('app.html');
  });

  it('give values to patterns, in their order, and one to the rest', () => {
    const given = ['max-age=60', '*.html: no-cache', ' assets/** :max-age=9, immutable'];
    const { cacheControl } = folderSettingsOf({ 'cache-control': given }, true, true);
    expect(Object.entries(cacheControl ?? {})).toEqual([
      ['*.html', 'no-cache'],
      ['assets/**', 'max-age=9, immutable'],
      ['**', 'max-age=60'],
    ]);
  });

  it.each([
    [{ index: ['a/b'] }, true, true, /--index is the name of a file/],
    [{ index: [''] }, true, true, /not nothing/],
    [{ 'cache-control': [''] }, true, true, /--cache-control is a value/],
    [{ 'cache-control': [': x'] }, true, true, /--cache-control is a value/],
    [{ 'cache-control': ['a:'] }, true, true, /--cache-control is a value/],
    [{ 'cache-control': ['a\nb'] }, true, true, /--cache-control is a value/],
    [{ listing: true }, false, true, /--listing is about a folder: name it with --root/],
    [{ precompressed: true }, false, true, /--precompressed is about a folder/],
    [{ spa: '' }, true, false, /--spa is for a whole folder: leave out --allow/],
    [{ index: ['a'] }, true, false, /--index is for a whole folder/],
  ])('%j are refused (%s, %s)', (given, hasRoot, isWhole, message) => {
    expect(() => folderSettingsOf(given, hasRoot, isWhole)).toThrow(message);
  });
});
