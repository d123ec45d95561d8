import { addVary, Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('Vary', () => {
  it.each([
    [[], 'Vary: Origin'],
    [['Accept-Encoding'], 'Vary: Accept-Encoding, Origin'],
    [['accept , ORIGIN'], 'Vary: accept, ORIGIN'],
    [['Accept', 'Accept-Encoding, accept'], 'Vary: Accept, Accept-Encoding, Origin'],
    [['X-Origin'], 'Vary: X-Origin, Origin'],
    [['', ','], 'Vary: Origin'],
    [['Accept', '*'], 'Vary: *'],
  ])('of %j and another name is one line, every name once [RFC 9110 12.5.5]', (lines, text) => {
    const headers = new Headers([['A', 'b']]);
    for (const line of lines) headers.append('vary', line);
    headers.append('C', 'd');
    addVary(headers, 'Origin');
    const all = [...headers].map(([name, value]) => `${name}: ${value}`);
    expect(
      all.filter((line) => /^vary/i.test(line)).map((line) => line.replace('vary', 'Vary')),
    ).toEqual([text]);
    expect(all).toHaveLength(3);
  });
});
