import { quoteString, unquoteString } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('quoted strings [RFC 9110 5.6.4]', () => {
  it.each([
    ['', '""'],
    ['plain, with = and ;', '"plain, with = and ;"'],
    ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
  ])('%j is %s both ways', (text, quoted) => {
    expect(quoteString(text)).toBe(quoted);
    expect(unquoteString(quoted.slice(1, -1))).toBe(text);
  });

  it('may escape what need not be', () => {
    expect(unquoteString('\\a\\ b')).toBe('a b');
  });
});
