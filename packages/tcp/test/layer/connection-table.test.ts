import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { ConnectionTable } from '../../src/layer/connection-table.js';
import { tupleOf } from '../support/segments.js';

describe('ConnectionTable', () => {
  it('behaves like a map of 4-tuples', () => {
    const random = seededRandom(5);
    const table = new ConnectionTable<ReturnType<typeof entry>>(random.u32());
    const entry = () => ({
      localAddress: random.below(3),
      localPort: random.below(4),
      remoteAddress: random.u32(),
      remotePort: random.below(65_536),
      tableHash: 0,
      tableIndex: -1,
    });
    const keyOf = (e: ReturnType<typeof entry>) =>
      `${e.localAddress} ${e.localPort} ${e.remoteAddress} ${e.remotePort}`;
    const model = new Map<string, ReturnType<typeof entry>>();
    for (let step = 0; step < 20_000; step++) {
      const isGrowing = Math.floor(step / 4000) % 2 === 0;
      if (random.below(10) < (isGrowing ? 7 : 3) || model.size === 0) {
        const added = entry();
        if (model.has(keyOf(added))) continue;
        table.add(added);
        model.set(keyOf(added), added);
      } else {
        const keys = [...model.keys()].slice(0, 50);
        const removed = model.get(keys[random.below(keys.length)]!)!;
        expect(table.get({ ...removed })).toBe(removed);
        table.remove(removed);
        table.remove(removed);
        model.delete(keyOf(removed));
        expect(table.get({ ...removed })).toBe(null);
      }
      expect(table.size).toBe(model.size);
      if (step % 500 === 0) {
        expect(new Set(table)).toEqual(new Set(model.values()));
        for (const e of model.values()) {
          const found = table.get({ ...e });
          expect(found).toBe(e);
        }
      }
    }
    expect(table.get(tupleOf(9, 9, 9, 9))).toBe(null);
  });
});
