import { describe, expect, it } from 'vitest';
import { prefersJson, wantsPage } from '../../src/request/media-range.js';

const BROWSER =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('JSON rather than HTML [RFC 9110 12.5.1]', () => {
  it.each([
    [null, false],
    ['', false],
    ['*/*', false],
    [BROWSER, false],
    ['application/json', true],
    ['application/*', true],
    ['application/json, text/html', false],
    ['application/json, text/html;q=0.9', true],
    ['application/json, */*', false],
    ['application/json, */*;q=0.5', true],
    ['application/json;q=0, */*', false],
    ['text/html;q=0.1, */*;q=0.2', true],
  ])('%s', (accept, expected) => {
    expect(prefersJson(accept)).toBe(expected);
  });
});

describe('a page by name', () => {
  it.each([
    [null, false],
    ['*/*', false],
    ['text/*', false],
    [BROWSER, true],
    ['application/xhtml+xml', true],
    ['text/html;q=0', false],
    ['application/json', false],
  ])('%s', (accept, expected) => {
    expect(wantsPage(accept)).toBe(expected);
  });
});
