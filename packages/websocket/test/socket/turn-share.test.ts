import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { frame, join } from '../support/frames.js';
import { openPair, settle } from '../support/web.js';

/** A clock that has moved whenever somebody looks: events take time. */
class BusyClock extends ManualClock {
  stepMs = 0;
  #spentMs = 0;

  override now(): number {
    this.#spentMs += this.stepMs;
    return super.now() + this.#spentMs;
  }
}

const COUNT = 2000;

describe('a flood of small frames', () => {
  for (const [what, opcode] of [
    ['messages', 2],
    ['pings', 9],
    ['pongs', 10],
  ] as const) {
    it(`of ${what} lets others have their turn, and is read to its end`, async () => {
      const clock = new BusyClock();
      const { client, server, stream } = await openPair({
        server: { clock, keepAliveMs: Number.POSITIVE_INFINITY },
      });
      let seen = 0;
      server.onmessage = () => {
        seen++;
      };
      let pauses = 0;
      const pause = stream.pause.bind(stream);
      stream.pause = () => {
        pauses++;
        pause();
      };
      const one = frame({ opcode, masked: true });
      const flood = join(...Array.from({ length: COUNT }, () => one));
      clock.stepMs = 0.2;
      server.handleData(flood, 0, flood.length);
      expect(pauses).toBe(1);
      if (opcode === 2) expect(seen).toBeLessThan(COUNT);
      for (let n = 0; n < 100; n++) {
        clock.advance(1000);
        await settle();
      }
      clock.stepMs = 0;
      expect(pauses).toBeGreaterThan(1);
      if (opcode === 2) expect(seen).toBe(COUNT);
      await client.send('the next');
      await settle();
      if (opcode === 2) expect(seen).toBe(COUNT + 1);
      expect(await server.ping()).toBeGreaterThanOrEqual(0);
      expect(client.readyState).toBe('open');
    });
  }

  it('of a fast host is read at once', async () => {
    const { server } = await openPair();
    let seen = 0;
    server.onmessage = () => {
      seen++;
    };
    const one = frame({ opcode: 2, masked: true });
    const flood = join(...Array.from({ length: COUNT }, () => one));
    server.handleData(flood, 0, flood.length);
    expect(seen).toBe(COUNT);
  });
});
