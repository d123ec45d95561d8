import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { FullPipe } from '../../src/congestion/bbr-full-pipe.js';
import { WindowedMax } from '../../src/congestion/windowed-max.js';

describe('WindowedMax', () => {
  it('knows the largest value of the newest periods [draft-ietf-ccwg-bbr 5.5.5]', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const length = 1 + random.below(10);
      const filter = new WindowedMax(length);
      const seen: { value: number; time: number }[] = [];
      let time = 0;
      for (let step = 0; step < 150; step++) {
        time += random.below(3) === 0 ? random.below(random.below(5) === 0 ? 30 : 3) : 0;
        const value = random.below(1000);
        const window = 1 + random.below(length);
        seen.push({ value, time });
        const expected = Math.max(
          ...seen.filter((s) => s.time > time - window).map((s) => s.value),
        );
        expect(filter.update(value, time, window), `seed ${seed}, step ${step}`).toBe(expected);
        expect(filter.time).toBe(time);
      }
    }
  });
});

describe('FullPipe', () => {
  it('is full after three round trips with less than a quarter of growth [draft-ietf-ccwg-bbr 5.3.1.2]', () => {
    const pipe = new FullPipe();
    for (const rate of [100, 200, 400, 499, 499]) pipe.handleRound(rate, false);
    expect(pipe.isFullNow).toBe(false);
    pipe.handleRound(499, false);
    expect(pipe.isFullNow).toBe(true);
    expect(pipe.isReached).toBe(true);
  });

  it('begins again with growth of a quarter [draft-ietf-ccwg-bbr 5.3.1.2]', () => {
    const pipe = new FullPipe();
    for (const rate of [400, 499, 499, 500, 500, 500]) pipe.handleRound(rate, false);
    expect(pipe.isFullNow).toBe(false);
  });

  it('learns nothing from the application, nor from what was not measured [draft-ietf-ccwg-bbr 5.3.1.2]', () => {
    const pipe = new FullPipe();
    for (let i = 0; i < 10; i++) {
      pipe.handleRound(100, true);
      pipe.handleRound(0, false);
    }
    expect(pipe.isReached).toBe(false);
  });

  it('was reached for good, and looks again [draft-ietf-ccwg-bbr 5.3.1.2]', () => {
    const pipe = new FullPipe();
    pipe.fill();
    pipe.reset(100);
    expect(pipe.isReached).toBe(true);
    expect(pipe.isFullNow).toBe(false);
  });
});
