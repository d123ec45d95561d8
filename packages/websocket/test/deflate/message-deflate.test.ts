import { constants, createDeflateRaw, createInflateRaw, inflateRawSync } from 'node:zlib';
import { hex, seededRandom } from '@netlayers/testkit';
import { MessageDeflater, MessageInflater } from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { pakoDeflate } from '@netlayers/websocket/pako';
import { describe, expect, it } from 'vitest';
import { join, utf8 } from '../support/frames.js';

const CODECS = [
  ['zlib of Node', nodeDeflate()],
  ['pako', pakoDeflate()],
] as const;
const LIMIT = 1 << 20;
const TAIL = hex`00 00 ff ff`;
const settings = (windowBits: number, takeover: boolean) => ({ windowBits, takeover });
const isSame = (a: unknown, b: Uint8Array): boolean => Buffer.compare(a as Uint8Array, b) === 0;
const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString();

/** zlib with a stream that lives as long as the connection: what other implementations do. */
function zlibStream(engine: ReturnType<typeof createDeflateRaw | typeof createInflateRaw>) {
  const out: Buffer[] = [];
  engine.on('data', (chunk: Buffer) => out.push(chunk));
  return (data: Uint8Array): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      engine.removeAllListeners('error').once('error', reject);
      engine.write(data);
      engine.flush(constants.Z_SYNC_FLUSH, () => resolve(Buffer.concat(out.splice(0))));
    });
}

/** Messages that repeat what was in earlier ones, of very different lengths. */
function messages(seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  const words = Array.from({ length: 40 }, () => text(random.bytes(9)));
  return Array.from({ length: 60 }, (_, index) => {
    const count = index % 7 === 0 ? 6000 : 1 + random.below(300);
    return utf8(Array.from({ length: count }, () => words[random.below(40)]).join(''));
  });
}

describe.each(CODECS)('%s', (_name, codec) => {
  describe('vectors', () => {
    const inflate = (bytes: Uint8Array, takeover = true): string =>
      text(new MessageInflater(codec, settings(15, takeover)).decompress(bytes, LIMIT));

    it('compresses to the octets of the example [RFC 7692 7.2.3.1]', () => {
      const deflater = new MessageDeflater(codec, settings(15, true));
      expect(Buffer.from(deflater.compress(utf8('Hello'), true))).toEqual(
        Buffer.from(hex`f2 48 cd c9 c9 07 00`),
      );
    });

    it('refers to the message before [RFC 7692 7.2.3.2]', () => {
      const deflater = new MessageDeflater(codec, settings(15, true));
      const inflater = new MessageInflater(codec, settings(15, true));
      inflater.decompress(deflater.compress(utf8('Hello'), true), LIMIT);
      const second = deflater.compress(utf8('Hello'), true);
      expect(second.length).toBeLessThan(7);
      expect(text(inflater.decompress(second, LIMIT))).toBe('Hello');
      expect(text(inflater.decompress(hex`f2 00 11 00 00`, LIMIT))).toBe('Hello');
    });

    it('does not refer to it where that was agreed [RFC 7692 7.1.1]', () => {
      const inflater = new MessageInflater(codec, settings(15, false));
      expect(text(inflater.decompress(hex`f2 48 cd c9 c9 07 00`, LIMIT))).toBe('Hello');
      expect(inflater.decompress(hex`f2 00 11 00 00`, LIMIT)).toBe('invalid-deflate');
    });

    it('reads a block without compression [RFC 7692 7.2.3.3]', () => {
      expect(inflate(hex`00 05 00 fa ff 48 65 6c 6c 6f 00`)).toBe('Hello');
    });

    it('reads a block that calls itself the last one [RFC 7692 7.2.3.4]', () => {
      expect(inflate(hex`f3 48 cd c9 c9 07 00 00`)).toBe('Hello');
    });

    it('reads two blocks in one message [RFC 7692 7.2.3.5]', () => {
      expect(inflate(hex`f2 48 05 00 00 00 ff ff ca c9 c9 07 00`)).toBe('Hello');
    });

    it('reads on behind a last block, referring to what was before it [RFC 7692 7.2.3.4]', () => {
      const inflater = new MessageInflater(codec, settings(15, true));
      const message = join(hex`f3 48 cd c9 c9 07 00`, hex`f2 00 11 00 00`);
      expect(text(inflater.decompress(message, LIMIT))).toBe('HelloHello');
      // And the next message refers to both.
      expect(text(inflater.decompress(hex`f2 00 11 00 00`, LIMIT))).toBe('Hello');
    });

    it('compresses nothing to one octet [RFC 7692 7.2.3.6]', () => {
      const deflater = new MessageDeflater(codec, settings(15, true));
      expect(deflater.compress(new Uint8Array(0), true)).toEqual(hex`00`);
      expect(inflate(hex`00`)).toBe('');
    });
  });

  for (const windowBits of [8, 9, 10, 12, 15]) {
    for (const takeover of [true, false]) {
      describe(`a window of 2^${windowBits}, ${takeover ? 'taken over' : 'begun anew'}`, () => {
        it('is understood by zlib with a window no larger [RFC 7692 7.1.2]', async () => {
          const deflater = new MessageDeflater(codec, settings(windowBits, takeover));
          const stream = zlibStream(createInflateRaw({ windowBits }));
          for (const message of messages(windowBits)) {
            const compressed = join(deflater.compress(message, true), TAIL);
            const back = takeover
              ? await stream(compressed)
              : inflateRawSync(compressed, { windowBits, finishFlush: constants.Z_SYNC_FLUSH });
            expect(back.equals(message)).toBe(true);
          }
        });

        it('is understood by ourselves, also in pieces [RFC 7692 7.2.2]', () => {
          const deflater = new MessageDeflater(codec, settings(windowBits, takeover));
          const inflater = new MessageInflater(codec, settings(windowBits, takeover));
          for (const message of messages(windowBits + 100)) {
            const third = Math.ceil(message.length / 3);
            const pieces = [0, 1, 2].map((at) => message.subarray(at * third, (at + 1) * third));
            const compressed = pieces.map((piece, index) => deflater.compress(piece, index === 2));
            expect(isSame(inflater.decompress(join(...compressed), LIMIT), message)).toBe(true);
          }
        });
      });
    }
  }

  describe('what zlib has compressed', () => {
    it('is read, with one stream for all messages [RFC 7692 7.1.1]', async () => {
      const inflater = new MessageInflater(codec, settings(15, true));
      const stream = zlibStream(createDeflateRaw({ windowBits: 15 }));
      for (const message of messages(7)) {
        const compressed = await stream(message);
        const cut = compressed.subarray(0, compressed.length - TAIL.length);
        expect(isSame(inflater.decompress(cut, LIMIT), message)).toBe(true);
      }
    });
  });

  describe('hostile octets', () => {
    const inflate = (bytes: Uint8Array, limit = LIMIT) =>
      new MessageInflater(codec, settings(15, true)).decompress(bytes, limit);

    it('that are no DEFLATE are refused [RFC 7692 7.2.2]', () => {
      expect(inflate(hex`ff ff ff ff`)).toBe('invalid-deflate');
      expect(inflate(hex`06`)).toBe('invalid-deflate');
    });

    it('that refer to what never was are refused [RFC 7692 7.2.2]', () => {
      expect(inflate(hex`f2 00 11 00 00`)).toBe('invalid-deflate');
    });

    it('that would fill memory stop at the limit [RFC 7692 8]', () => {
      const bomb = new MessageDeflater(codec, settings(15, true)).compress(
        new Uint8Array(64 << 20),
        true,
      );
      expect(bomb.length).toBeLessThan(100_000);
      const before = process.memoryUsage().arrayBuffers;
      expect(inflate(bomb, 100_000)).toBe('message-too-large');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
    });

    it('of exactly the limit are read, one more is not', () => {
      const compressed = new MessageDeflater(codec, settings(15, true)).compress(
        new Uint8Array(1000),
        true,
      );
      expect(inflate(compressed, 1000).length).toBe(1000);
      expect(inflate(compressed, 999)).toBe('message-too-large');
      expect(inflate(hex`00`, 0).length).toBe(0);
    });

    it('that are many streams in a message are refused [RFC 7692 7.2.3.4]', () => {
      const one = hex`03 00`;
      expect(inflate(join(...Array.from({ length: 20 }, () => one))).length).toBe(0);
      expect(inflate(join(...Array.from({ length: 40 }, () => one)))).toBe('invalid-deflate');
    });

    it('that never end their last block are refused [RFC 7692 7.2.2]', () => {
      // A stored block of 65535 octets that has three, and a Huffman block that is cut.
      expect(inflate(hex`00 ff ff 00 00 01 02 03`)).toBe('invalid-deflate');
      expect(inflate(hex`f2 48 cd`)).toBe('invalid-deflate');
    });
  });
});
