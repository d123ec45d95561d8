import { Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { evaluate, rangeApplies, validatorsOf } from '../../src/selection/preconditions.js';

const OWN = validatorsOf(100, 784_111_777_500_000_000n, null);
const AT = 'Sun, 06 Nov 1994 08:49:37 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT';
const NOW = 1_700_000_000_000;

it('makes other tags for other sizes, times and codings [RFC 9110 8.8.3.3]', () => {
  const tags = new Set([
    OWN.etag,
    validatorsOf(101, 784_111_777_500_000_000n, null).etag,
    validatorsOf(100, 784_111_777_500_000_001n, null).etag,
    validatorsOf(100, 784_111_777_500_000_000n, 'br').etag,
    validatorsOf(100, 784_111_777_500_000_000n, 'gzip').etag,
  ]);
  expect(tags.size).toBe(5);
  expect(OWN.modifiedMs).toBe(784_111_777_000);
});

describe('conditions, in their order [RFC 9110 13.2.2]', () => {
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
    [{ 'If-Match': '"x"', 'If-None-Match': OWN.etag }, 'failed'],
    [{ 'If-Unmodified-Since': BEFORE, 'If-None-Match': OWN.etag }, 'failed'],
    [{ 'If-Unmodified-Since': 'yesterday' }, 'send'],
    [{ 'If-None-Match': '' }, 'send'],
    [{ 'If-None-Match': OWN.etag.slice(1) }, 'send'],
  ])('%j', (fields, verdict) => {
    expect(evaluate(new Headers(fields as Record<string, string>), OWN, NOW)).toBe(verdict);
  });
});

it('has no say about dates without one of its own [RFC 9110 13.1.3]', () => {
  const own = { etag: '"x"', modifiedMs: null };
  for (const name of ['If-Modified-Since', 'If-Unmodified-Since']) {
    expect(evaluate(new Headers({ [name]: AT }), own, NOW)).toBe('send');
  }
  expect(rangeApplies(new Headers({ 'If-Range': AT }), own, NOW)).toBe(false);
});

describe('If-Range [RFC 9110 13.1.5]', () => {
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
    expect(rangeApplies(new Headers({ 'If-Range': AT }), OWN, (OWN.modifiedMs ?? 0) + 1000)).toBe(
      false,
    );
  });
});
