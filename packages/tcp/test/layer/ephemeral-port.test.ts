import { describe, expect, it } from 'vitest';
import { chooseEphemeralPort } from '../../src/layer/ephemeral-port.js';

describe('ephemeral ports (RFC 6056)', () => {
  it('go round, skip what is taken, and end', () => {
    expect(
      chooseEphemeralPort(
        () => 5,
        () => false,
      ),
    ).toBe(32_773);
    expect(
      chooseEphemeralPort(
        () => 28_231,
        (port) => port === 60_999,
      ),
    ).toBe(32_768);
    expect(
      chooseEphemeralPort(
        () => 0,
        () => true,
      ),
    ).toBe(-1);
  });
});
