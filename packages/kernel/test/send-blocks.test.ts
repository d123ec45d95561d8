import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, BlockPool } from '../src/block-pool.js';
import { DuplexStream } from '../src/duplex-stream.js';
import { SendBlocks } from '../src/send-blocks.js';

/** A socket whose kernel takes everything at once, or only when it is told to. */
class FakeSocket extends Duplex {
  readonly chunks: string[] = [];
  isFull = false;
  #waiting: (() => void) | null = null;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk.toString('latin1'));
    if (this.isFull) this.#waiting = done;
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
  }

  makeRoom(): void {
    this.isFull = false;
    this.#waiting?.();
  }
}

/** One that takes several chunks in one system call, and keeps hold of them. */
class GatheringSocket extends FakeSocket {
  readonly calls: Buffer[][] = [];

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.calls.push(chunks.map(({ chunk }) => chunk));
    done();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const text = (what: string): Uint8Array => Buffer.from(what, 'latin1');

function sendBlocks(socket: FakeSocket, sent: () => void): SendBlocks {
  return new SendBlocks(socket, new BlockPool(), { returnsChunks: true, isSocket: true }, sent);
}

describe('what waits for a socket', () => {
  it('is forgotten as soon as the kernel has it, without a callback', async () => {
    const socket = new FakeSocket();
    let calls = 0;
    const blocks = sendBlocks(socket, () => calls++);
    blocks.add(text('one'), 0, 3);
    expect(blocks.queued).toBe(3);
    blocks.flush();
    expect(blocks.queued).toBe(0);
    await turn();
    expect(calls).toBe(0);
    expect(socket.chunks).toEqual(['one']);
  });

  it('is kept while the kernel is full, in order, and told of once it has gone', async () => {
    const socket = new FakeSocket();
    socket.isFull = true;
    const left: number[] = [];
    const blocks = sendBlocks(socket, () => left.push(blocks.queued));
    for (const piece of ['one', 'two', 'three']) {
      blocks.add(text(piece), 0, piece.length);
      blocks.flush();
    }
    expect(blocks.queued).toBe(11);
    socket.makeRoom();
    await turn();
    expect(left).toEqual([8, 5, 0]);
    expect(socket.chunks.join('|')).toBe('one||two|three');
    blocks.add(text('four'), 0, 4);
    blocks.flush();
    expect(blocks.queued).toBe(0);
  });

  it('lets others in behind a megabyte that the kernel took without a wait', async () => {
    let calls = 0;
    const blocks = sendBlocks(new FakeSocket(), () => calls++);
    const piece = new Uint8Array(BLOCK_SIZE);
    let taken = 0;
    while (blocks.queued === 0 && taken < 4 * 0x10_0000) {
      blocks.add(piece, 0, piece.length);
      taken += piece.length;
    }
    expect(taken).toBe(0x10_0000);
    expect(calls).toBe(0);
    await turn();
    await turn();
    expect([calls, blocks.queued]).toEqual([1, 0]);
  });
});

describe('bytes that last', () => {
  it('leave with those before them in one call, uncopied', () => {
    const socket = new GatheringSocket();
    const blocks = sendBlocks(socket, () => {});
    const content = new Uint8Array(100_000).fill(0x78);
    blocks.add(text('head'), 0, 4);
    blocks.addLent(content, 10, 90_000);
    expect(socket.calls.length).toBe(1);
    const [head, body] = socket.calls[0]!;
    expect(head?.toString()).toBe('head');
    expect([body?.buffer, body?.byteOffset, body?.length]).toEqual([content.buffer, 10, 89_990]);
    expect(blocks.queued).toBe(0);
  });

  it('never become a block for the writes of others', () => {
    const pool = new BlockPool();
    const content = new Uint8Array(BLOCK_SIZE);
    const traits = { returnsChunks: true, isSocket: true };
    const blocks = new SendBlocks(new GatheringSocket(), pool, traits, () => {});
    blocks.addLent(content, 0, content.length);
    expect(pool.take().bytes.buffer).not.toBe(content.buffer);
  });
});

describe('a byte stream', () => {
  it('sends what answers one delivery in one write, behind its handler', () => {
    const socket = new FakeSocket();
    const traits = { usesDataEvent: false, returnsChunks: true, isSocket: true };
    const stream = new DuplexStream(socket, new BlockPool(), 1000, traits);
    stream.setHandler({
      handleData: () => {
        stream.write(text('one, '));
        stream.write(text('two'));
        expect(socket.chunks).toEqual([]);
      },
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: () => {},
    });
    stream.deliver(text('?'), 0, 1, false);
    expect(socket.chunks).toEqual(['one, two']);
    socket.destroy();
  });
});
