import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { PeerProgress } from '../../src/base/peer-progress.js';
import { settingsOf } from '../../src/base/server-options.js';
import { Ticker } from '../../src/base/ticker.js';

/** Progress that is watched from now on, of a peer that has so many octets to acknowledge. */
function watched(unacknowledged: number) {
  const clock = new ManualClock();
  const settings = settingsOf({ clock, minDataRate: 1000 });
  const stream = { unacknowledged };
  const ticker = new Ticker(clock, 10, () => {});
  return { stream, progress: new PeerProgress(stream, { settings, ticker }) };
}

describe('progress that is watched late', () => {
  it('counts what the peer takes of what it was sent before', () => {
    const { stream, progress } = watched(5000);
    progress.giveGrace(1000);
    stream.unacknowledged = 4000;
    // Half of the time is gone, and 1000 octets at 1000 a second bring all of it back.
    progress.watch(500, false);
    expect(progress.isLate(1500)).toBe(false);
    expect(progress.isLate(1510)).toBe(true);
  });

  it('takes nothing for progress that was acknowledged before', () => {
    const { progress } = watched(5000);
    progress.giveGrace(1000);
    progress.watch(500, false);
    expect(progress.isLate(1000)).toBe(false);
    expect(progress.isLate(1010)).toBe(true);
  });
});
