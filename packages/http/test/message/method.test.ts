import { isIdempotentMethod, isSafeMethod, Method } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('methods', () => {
  it('are what the registry says', () => {
    expect(Object.keys(Method)).toHaveLength(40);
    expect(Object.entries(Method).every(([key, value]) => key === value)).toBe(true);
    expect(isSafeMethod('GET')).toBe(true);
    expect(isSafeMethod('PUT')).toBe(false);
    expect(isIdempotentMethod('PUT')).toBe(true);
    expect(isIdempotentMethod('POST')).toBe(false);
    expect(isIdempotentMethod('PATCH')).toBe(false);
  });
});
