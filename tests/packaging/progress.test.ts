import { afterEach, beforeEach, expect, it, vi } from 'vitest';

// A script without types.
const path: string = '../../scripts/progress.mjs';
const { Progress } = await import(path);

let written = '';
const make = () => new Progress((text: string) => (written += text));

beforeEach(() => {
  written = '';
  vi.useFakeTimers();
});

afterEach(() => vi.useRealTimers());

it('shows every few seconds that something is being done', () => {
  const progress = make();
  progress.step('installing');
  expect(written).toBe('netlayers: installing ...');
  for (let second = 3; second <= 48; second += 3) {
    const before = written.length;
    vi.advanceTimersByTime(3000);
    expect(written.length).toBeGreaterThan(before);
  }
  progress.step('building');
  progress.done();
  expect(written).toMatch(/^netlayers: installing \.{27} building \.\.\. done in 48 s\n$/);
  vi.advanceTimersByTime(60_000);
  expect(written).toMatch(/48 s\n$/);
});

it('says nothing where nothing has to be done, and ends its line where something fails', () => {
  make().done();
  make().failed();
  expect(written).toBe('');
  const progress = make();
  progress.step('building');
  progress.failed();
  vi.advanceTimersByTime(60_000);
  expect(written).toBe('netlayers: building ...\n');
});
