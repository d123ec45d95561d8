import { reasonPhrase, StatusCode } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('status codes', () => {
  it.each([
    [200, 'OK'],
    [203, 'Non-Authoritative Information'],
    [207, 'Multi-Status'],
    [208, 'Already Reported'],
    [226, 'IM Used'],
    [404, 'Not Found'],
    [413, 'Content Too Large'],
    [414, 'URI Too Long'],
    [431, 'Request Header Fields Too Large'],
    [451, 'Unavailable For Legal Reasons'],
    [505, 'HTTP Version Not Supported'],
    [511, 'Network Authentication Required'],
    [599, ''],
  ])('%d is "%s"', (code, phrase) => {
    expect(reasonPhrase(code)).toBe(phrase);
  });

  it('are the 62 registered ones that have a meaning', () => {
    expect(Object.keys(StatusCode)).toHaveLength(62);
  });
});
