import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { DeadlineHeap } from '../../src/timing/deadline-heap.js';

describe('DeadlineHeap', () => {
  it('hands out what is due, and nothing else, whatever moves meanwhile', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const heap = new DeadlineHeap<{
        deadline: number;
        heapIndex: number;
        id: number;
      }>();
      const items = Array.from({ length: 60 }, (_, id) => ({
        deadline: Number.POSITIVE_INFINITY,
        heapIndex: -1,
        id,
      }));
      let now = 0;
      for (let step = 0; step < 600; step++) {
        const item = items[random.below(items.length)]!;
        const kind = random.below(10);
        if (kind < 6) {
          item.deadline = kind === 0 ? Number.POSITIVE_INFINITY : now + random.below(500);
          heap.update(item);
        } else if (kind === 6) {
          heap.remove(item);
          item.deadline = Number.POSITIVE_INFINITY;
        } else {
          now += random.below(60);
          const due: number[] = [];
          for (let top = heap.popDue(now); top !== null; top = heap.popDue(now)) {
            due.push(top.id);
            top.deadline = Number.POSITIVE_INFINITY;
          }
          const left = items.filter((i) => i.deadline <= now).map((i) => i.id);
          expect(left, `seed ${seed}: not handed out`).toEqual([]);
          expect(new Set(due).size).toBe(due.length);
        }
        const next = Math.min(...items.map((i) => i.deadline));
        expect(heap.next, `seed ${seed}`).toBeLessThanOrEqual(next);
      }
    }
  });
});
