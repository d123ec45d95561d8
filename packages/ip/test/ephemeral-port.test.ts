import { chooseEphemeralPort } from '@netlayers/ip';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

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

  it('are as likely behind a run of taken ones as anywhere [RFC 6056 3.3.2]', () => {
    const random = seededRandom(3);
    let behind = 0;
    for (let i = 0; i < 5000; i++) {
      const port = chooseEphemeralPort(random.u32, (candidate) => candidate < 50_000);
      if (port === 50_000) behind++;
    }
    // One in 11,000 each time; it would be one in two if the search began at once.
    expect(behind).toBeLessThan(10);
  });
});
