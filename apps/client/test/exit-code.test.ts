import { ClientError } from '@netlayers/client';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../src/exit-code.js';

describe('exit codes', () => {
  it.each([
    ['invalid-url', 3],
    ['unsupported-protocol', 1],
    ['ENOTFOUND', 6],
    ['ECONNREFUSED', 7],
    ['incomplete', 18],
    ['connect-timeout', 28],
    ['headers-timeout', 28],
    ['body-timeout', 28],
    ['total-timeout', 28],
    ['too-many-redirects', 47],
    ['closed', 52],
    ['EPIPE', 55],
    ['ECONNRESET', 56],
    ['bad-start-line', 56],
    ['header-section-too-large', 56],
    ['too-many-fields', 56],
    ['too-many-interim-responses', 56],
    ['bad-content-encoding', 61],
    ['response-too-large', 63],
    ['body-not-repeatable', 65],
  ])('%s is %d', (code, exitCode) => {
    expect(exitCodeOf(new ClientError(code, 'x'))).toBe(exitCode);
  });
});
