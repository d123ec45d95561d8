import { describe, expect, it } from 'vitest';
import { MOST_SHORT_LIVES, RestartPolicy } from '../../src/workers/restart-policy.js';

describe('a worker that dies', () => {
  it('is started again at once, then later and later, and at last not any more', () => {
    const policy = new RestartPolicy();
    const delays = Array.from({ length: MOST_SHORT_LIVES }, () => policy.delayAfter(50));
    expect(delays).toEqual([0, 100, 200, 400, 800, null]);
  });

  it('begins anew after a long life', () => {
    const policy = new RestartPolicy();
    for (let life = 0; life < 4; life++) policy.delayAfter(50);
    expect(policy.delayAfter(60_000)).toBe(0);
    expect([policy.delayAfter(50), policy.delayAfter(50)]).toEqual([0, 100]);
  });
});
