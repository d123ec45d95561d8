import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { History } from '../../src/deflate/history.js';
import { join } from '../support/frames.js';

describe('the window', () => {
  it('holds the last octets, as many as it is large, whatever the pieces [RFC 7692 7.1.1]', () => {
    const random = seededRandom(1951);
    for (const windowBits of [8, 9, 12]) {
      const history = new History(windowBits);
      let all = new Uint8Array(0);
      for (let n = 0; n < 200; n++) {
        const piece = random.bytes(random.below(n % 10 === 0 ? 6000 : 100));
        history.append(piece);
        all = join(all, piece).slice(-(2 ** windowBits)) as Uint8Array<ArrayBuffer>;
        expect(Buffer.compare(history.octets ?? new Uint8Array(0), all)).toBe(0);
      }
    }
  });

  it('holds nothing before the first octet, and after it was cleared', () => {
    const history = new History(15);
    history.append(new Uint8Array(0));
    expect(history.octets).toBe(null);
    history.append(Uint8Array.of(1));
    history.clear();
    expect(history.octets).toBe(null);
  });
});
