import { expect, it } from 'vitest';
import { multipartOf, randomBoundary } from '../../src/answers/multipart.js';

it('has the form of the example [RFC 9110 14.6]', () => {
  const ranges = [
    { first: 500, last: 999 },
    { first: 7000, last: 7999 },
  ];
  const { type, length, parts } = multipartOf(ranges, 'application/pdf', 8000, 'SEPARATES');
  expect(type).toBe('multipart/byteranges; boundary=SEPARATES');
  const shown = parts.map((part) =>
    part instanceof Uint8Array ? Buffer.from(part).toString() : `${part.first} to ${part.last}`,
  );
  expect(shown).toEqual([
    '--SEPARATES\r\nContent-Type: application/pdf\r\nContent-Range: bytes 500-999/8000\r\n\r\n',
    '500 to 999',
    '\r\n--SEPARATES\r\nContent-Type: application/pdf\r\nContent-Range: bytes 7000-7999/8000\r\n\r\n',
    '7000 to 7999',
    '\r\n--SEPARATES--\r\n',
  ]);
  const heads = shown.filter((_, i) => i % 2 === 0).join('').length;
  expect(length).toBe(heads + 500 + 1000);
});

it('is delimited by what nobody can know before', () => {
  expect(randomBoundary()).toMatch(/^[0-9a-f]{32}$/);
  expect(randomBoundary()).not.toBe(randomBoundary());
});
