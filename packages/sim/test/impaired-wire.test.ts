import { ImpairedWire, type Impairments } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

/** A wire whose arrivals are written down as first byte and time. */
function wire(impairments: Impairments, seed = 1) {
  const arrivals: [number, number][] = [];
  let now = 0;
  const made = new ImpairedWire(impairments, seed, (buf, start, end) => {
    expect(end - start).toBe(1000);
    arrivals.push([buf[start]!, now]);
  });
  return {
    made,
    arrivals,
    send(byte: number, atMs: number) {
      made.send(new Uint8Array(1000).fill(byte), 0, 1000, atMs);
    },
    deliver(atMs: number) {
      now = atMs;
      made.deliver(atMs);
    },
  };
}

describe('a wire outside of a network', () => {
  it('delivers what is due, in order, and says when the next packet arrives', () => {
    const { made, arrivals, send, deliver } = wire({ delayMs: 10 });
    expect(made.nextArrival).toBe(Number.POSITIVE_INFINITY);
    send(1, 100);
    send(2, 103);
    expect(made.nextArrival).toBe(110);
    deliver(109.9);
    expect(arrivals).toEqual([]);
    deliver(112);
    expect(arrivals).toEqual([[1, 112]]);
    expect(made.nextArrival).toBe(113);
    deliver(200);
    expect(arrivals).toEqual([
      [1, 112],
      [2, 200],
    ]);
  });

  it('sends at its rate and drops at the tail of its queue', () => {
    // 1000 bytes take 1 ms.
    const { made, send } = wire({ rateBitsPerSecond: 8e6, queueBytes: 2000 });
    for (let byte = 0; byte < 4; byte++) send(byte, 50);
    expect(made.counts.fates).toMatchObject({ sent: 2, 'queue-full': 2 });
    expect(made.nextArrival).toBe(51);
  });

  it('decides the same for the same seed', () => {
    const survivors = (seed: number): number[] => {
      const { arrivals, send, deliver } = wire({ loss: 0.5 }, seed);
      for (let byte = 0; byte < 50; byte++) send(byte, byte);
      deliver(100);
      return arrivals.map(([byte]) => byte);
    };
    expect(survivors(3)).toEqual(survivors(3));
    expect(survivors(4)).not.toEqual(survivors(3));
  });

  it('takes other impairments from the next packet on', () => {
    const { made, send } = wire({ delayMs: 1 });
    send(1, 0);
    made.impair({ loss: 1 });
    send(2, 0);
    expect(made.counts.fates).toMatchObject({ sent: 1, lost: 1 });
  });
});
