import type { ByteStream } from '@netlayers/http';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { GoingAway } from '../../src/tunnel/going-away.js';

const GOODBYE = [0x88, 2, 0x03, 0xe9];

/** A frame, its length written as short as it can be (RFC 6455, 5.2). */
function frame(first: number, length: number): Buffer {
  const head = Buffer.alloc(length < 126 ? 2 : length < 0x1_0000 ? 4 : 10);
  head[0] = first;
  if (length < 126) head[1] = length;
  else if (length < 0x1_0000) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, Buffer.alloc(length, first)]);
}

function recorded() {
  const pieces: Buffer[] = [];
  const write = (buf: Uint8Array, start = 0, end = buf.length): boolean => {
    pieces.push(Buffer.from(buf.subarray(start, end)));
    return true;
  };
  const goingAway = new GoingAway({ write } as unknown as ByteStream);
  const send = (bytes: Uint8Array): boolean => goingAway.write(bytes, 0, bytes.length);
  return { goingAway, send, got: () => Buffer.concat(pieces) };
}

describe('a client that is to go', () => {
  it('is told at once between two frames, and nothing follows [RFC 6455 5.5.1] [RFC 6455 7.4.1]', () => {
    const { goingAway, send, got } = recorded();
    const hello = frame(0x81, 5);
    send(hello);
    goingAway.leave();
    goingAway.leave();
    send(hello);
    expect([...got()]).toEqual([...hello, ...GOODBYE]);
  });

  it('is told behind the frame that is under way, however it is cut [RFC 6455 5.2] [RFC 6455 5.4]', () => {
    const random = seededRandom(6455);
    const frames = [0, 5, 125, 126, 300, 0xffff, 0x1_0000, 70_000, 0].map((length) =>
      frame(0x02, length),
    );
    const all = Buffer.concat(frames);
    for (let round = 0; round < 60; round++) {
      const { goingAway, send, got } = recorded();
      const leavesAt = random.below(all.length);
      for (let at = 0; at < all.length; ) {
        const to = Math.min(all.length, at + 1 + random.below(round % 2 === 0 ? 20 : 30_000));
        const cut = at < leavesAt && to > leavesAt ? leavesAt : to;
        send(all.subarray(at, cut));
        at = cut;
        if (at === leavesAt) goingAway.leave();
      }
      if (leavesAt === 0) continue;
      let ends = 0;
      for (const one of frames) if (ends < leavesAt) ends += one.length;
      const expected = Buffer.concat([all.subarray(0, ends), Buffer.from(GOODBYE)]);
      expect(got().equals(expected), `left at ${leavesAt} of round ${round}`).toBe(true);
    }
  });

  it('is told nothing where the upstream has closed [RFC 6455 5.5.1]', () => {
    const { goingAway, send, got } = recorded();
    const close = frame(0x88, 2);
    send(close);
    goingAway.leave();
    expect([...got()]).toEqual([...close]);
  });
});
