import { describe, expect, it } from 'vitest';
import { formatSize, listingPage } from '../../src/listing/listing-page.js';

describe('a size for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [99_999, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [45_000_000, '45 MB'],
    [3_000_000_000, '3.0 GB'],
    [2 ** 53, '9.0 PB'],
    [5e18, '5000 PB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe('a page', () => {
  const place = { mount: '/', segments: [] };

  it('sums up what it shows', () => {
    const file = { name: 'a', type: 'file', size: 1500, modifiedMs: 0 } as const;
    const folder = { name: 'b', type: 'folder', size: 0, modifiedMs: 0 } as const;
    const foot = (entries: readonly (typeof file | typeof folder)[], complete = true) =>
      /<footer>(.*)<\/footer>/.exec(listingPage(place, { entries, complete }))?.[1];
    expect(foot([])).toBe('0 folders, 0 files of 0 B');
    expect(foot([folder, file])).toBe('1 folder, 1 file of 1.5 kB');
    expect(foot([file, file], false)).toBe(
      '0 folders, 2 files of 3.0 kB, and more that are not shown',
    );
  });

  it('has no way up from the root', () => {
    expect(listingPage(place, { entries: [], complete: true })).not.toContain('../');
  });
});
