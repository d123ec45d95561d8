import { Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { evaluate, rangeApplies, validatorsOf } from '../src/preconditions.js';

const OWN = validatorsOf(100, 784_111_777_500_000_000n);
const AT = 'Sun, 06 Nov 1994 08:49:37 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT';
const NOW = 1_700_000_000_000;

it('makes other tags for other sizes and other times', () => {
  const tags = new Set([
    OWN.etag,
    validatorsOf(101, 784_111_777_500_000_000n).etag,
    validatorsOf(100, 784_111_777_500_000_001n).etag,
  ]);
  expect(tags.size).toBe(3);
  expect(OWN.modifiedMs).toBe(784_111_777_000);
});

describe('conditions', () => {
  it.each([
    [{}, 'send'],
    [{ 'If-None-Match': OWN.etag }, 'not-modified'],
    [{ 'If-None-Match': `W/${OWN.etag}` }, 'not-modified'],
    [{ 'If-None-Match': `"x", ${OWN.etag}` }, 'not-modified'],
    [{ 'If-None-Match': '*' }, 'not-modified'],
    [{ 'If-None-Match': '"x"' }, 'send'],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': AFTER }, 'send'],
    [{ 'If-Modified-Since': AT }, 'not-modified'],
    [{ 'If-Modified-Since': AFTER }, 'not-modified'],
    [{ 'If-Modified-Since': BEFORE }, 'send'],
    [{ 'If-Modified-Since': 'yesterday' }, 'send'],
    [{ 'If-Match': OWN.etag }, 'send'],
    [{ 'If-Match': '*' }, 'send'],
    [{ 'If-Match': '"x"' }, 'failed'],
    [{ 'If-Match': `W/${OWN.etag}` }, 'failed'],
    [{ 'If-Match': OWN.etag, 'If-Unmodified-Since': BEFORE }, 'send'],
    [{ 'If-Unmodified-Since': BEFORE }, 'failed'],
    [{ 'If-Unmodified-Since': AT }, 'send'],
    [{ 'If-Match': OWN.etag, 'If-None-Match': OWN.etag }, 'not-modified'],
  ])('%j', (fields, verdict) => {
    expect(evaluate(new Headers(fields as Record<string, string>), OWN, NOW)).toBe(verdict);
  });
});

describe('If-Range', () => {
  it.each([
    [{}, true],
    [{ 'If-Range': OWN.etag }, true],
    [{ 'If-Range': `W/${OWN.etag}` }, false],
    [{ 'If-Range': '"x"' }, false],
    [{ 'If-Range': AT }, true],
    [{ 'If-Range': AFTER }, false],
    [{ 'If-Range': BEFORE }, false],
    [{ 'If-Range': 'yesterday' }, false],
  ])('%j', (fields, applies) => {
    expect(rangeApplies(new Headers(fields as Record<string, string>), OWN, NOW)).toBe(applies);
  });

  it('does not trust the date of a file that changed just now', () => {
    expect(rangeApplies(new Headers({ 'If-Range': AT }), OWN, OWN.modifiedMs + 1000)).toBe(false);
  });
});
