import { acceptedCodings } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

const ALL = ['br', 'zstd', 'gzip'];

describe('codings to be tried [RFC 9110 12.5.3]', () => {
  it.each([
    [null, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip identity'],
    ['x-gzip', 'gzip identity'],
    ['GZIP', 'gzip identity'],
    ['deflate', 'identity'],
    ['gzip, deflate, br, zstd', 'br zstd gzip identity'],
    ['*', 'br zstd gzip identity'],
    ['gzip, br;q=0.5', 'gzip br identity'],
    ['br;q=0.5, *;q=0.9', 'zstd gzip identity'],
    ['gzip;q=0, *', 'br zstd identity'],
    ['identity', 'identity'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0.5, gzip, br;q=0.2', 'gzip identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip identity'],
    ['identity;q=0, gzip', 'gzip'],
    ['identity;q=0', ''],
    ['*;q=0', ''],
    ['gzip, *;q=0', 'gzip'],
    ['*;q=0.5, gzip;q=0.1', 'br zstd identity'],
    ['*;q=0.5, br;q=0.5, zstd;q=0', 'br gzip identity'],
    ['gzip ; q=0.2', 'gzip identity'],
    ['gzip;q=2', 'identity'],
    ['identity, *;q=0', 'identity'],
    ['identity;q=1, *;q=0', 'identity'],
    ['gzip;q=0, identity;q=0', ''],
    ['gzip;q=0.001, identity;q=0.000', 'gzip'],
  ])('%s', (field, choices) => {
    expect(acceptedCodings(field, ALL).join(' ')).toBe(choices);
  });

  it('are those that are offered, in the order of the offer', () => {
    expect(acceptedCodings('gzip, br, zstd', ['gzip', 'br'])).toEqual(['gzip', 'br', 'identity']);
  });
});
