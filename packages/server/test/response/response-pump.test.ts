import type { Lasting } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { type PumpSink, ResponsePump } from '../../src/response/response-pump.js';

const SIZE = 100_000;

/** Reads what it was sent when it has room again, as late as it may, and no sooner. */
class LateSink implements PumpSink {
  readonly largestPiece = SIZE / 4;
  readonly largestLent = SIZE;
  readonly read: number[] = [];
  readonly promises = new Set<Lasting>();
  isOver = false;
  #lent: Uint8Array | null = null;

  sendPiece(buf: Uint8Array, start: number, end: number, lasts: Lasting): boolean {
    expect(this.#lent, 'a piece behind one that was not taken').toBe(null);
    this.promises.add(lasts);
    this.#lent = buf.subarray(start, end);
    return false;
  }

  take(): void {
    const octets = this.#lent!;
    expect(octets.every((octet) => octet === octets[0])).toBe(true);
    this.read.push(octets.length, octets[0]!);
    this.#lent = null;
  }

  countHeld(): void {}

  endContent(): void {
    this.isOver = true;
  }

  failContent(error: unknown): void {
    throw error;
  }
}

/** Pieces that share their memory. */
async function* piecesOf(memory: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let piece = 1; piece <= 3; piece++) {
    memory.fill(piece);
    yield memory;
  }
}

describe('content that is a stream', () => {
  it('asks for the next piece only when the one before it is taken: they may share their memory', async () => {
    const sink = new LateSink();
    const pump = new ResponsePump(piecesOf(new Uint8Array(SIZE)), sink);
    const over = pump.run(() => null);
    while (!sink.isOver) {
      await Promise.resolve();
      if (!pump.isBlocked) continue;
      sink.take();
      pump.handleDrain();
    }
    await over;
    expect(sink.read).toEqual([SIZE, 1, SIZE, 2, SIZE, 3]);
    expect([...sink.promises]).toEqual(['until-drain']);
  });
});
