import { formatHttpDate, parseHttpDate } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

const NOW = Date.UTC(2026, 10, 21);

describe('HTTP dates (RFC 9110, 5.6.7)', () => {
  it('come in three forms, and go in one', () => {
    const time = Date.UTC(1994, 10, 6, 8, 49, 37);
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', NOW)).toBe(time);
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', NOW)).toBe(time);
    expect(parseHttpDate('Sun Nov  6 08:49:37 1994', NOW)).toBe(time);
    expect(formatHttpDate(time + 999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });

  it('agree with the calendar of the host, every 41 hours for 800 years', () => {
    const wrong: string[] = [];
    for (let time = Date.UTC(1601, 0, 1); time < Date.UTC(2401, 0, 1); time += 147_600_000) {
      const text = new Date(time).toUTCString();
      if (formatHttpDate(time) !== text || parseHttpDate(text, NOW) !== time) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });

  it('of two digits lie at most 50 years ahead', () => {
    expect(parseHttpDate('Saturday, 21-Nov-76 00:00:00 GMT', NOW)).toBe(Date.UTC(2076, 10, 21));
    expect(parseHttpDate('Monday, 21-Nov-77 00:00:00 GMT', NOW)).toBe(Date.UTC(1977, 10, 21));
  });

  it.each([
    '',
    'Sun, 06 Nov 1994 08:49:37',
    'sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Xxx, 06 Nov 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    'Sun, 29 Feb 1900 00:00:00 GMT',
  ])('%j is none', (text) => {
    expect(parseHttpDate(text, NOW)).toBeNull();
  });

  it('need a year of four digits', () => {
    expect(() => formatHttpDate(Number.NaN)).toThrow(RangeError);
    expect(() => formatHttpDate(Date.UTC(10_000, 0, 1))).toThrow(RangeError);
  });
});
