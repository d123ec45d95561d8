import { createStack } from '@netlayers/stack';
import { RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { codeOf, twoStacks, utf8 } from './bench.js';

/** A socket for web streams, and the recording peer at its other end. */
async function connected() {
  const { bench, near, far } = twoStacks();
  const accepted: RecordingPeer[] = [];
  far.listen({ port: 80 }, (socket) => {
    accepted.push(new RecordingPeer(socket).attach());
  });
  const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
  await bench.until(() => accepted.length > 0);
  return { bench, socket, peer: accepted[0] as RecordingPeer };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
  }
  return length;
}

describe('the readable side', () => {
  it('ends when the peer ends', async () => {
    const { bench, socket, peer } = await connected();
    peer.sendPattern(3_000_000, true);
    expect(await bench.wait(readAll(socket.readable))).toBe(3_000_000);
  });

  it('holds the peer back while nobody reads', async () => {
    const { bench, socket, peer } = await connected();
    const { readable } = socket;
    peer.sendPattern(20_000_000, true);
    await bench.advance(10_000);
    expect(peer.sent).toBeLessThan(4_000_000);
    expect(await bench.wait(readAll(readable))).toBe(20_000_000);
  });

  it('fails when the peer resets', async () => {
    const { bench, socket, peer } = await connected();
    const reading = readAll(socket.readable);
    peer.stream.abort();
    expect(codeOf(await bench.rejection(reading))).toBe('ECONNRESET');
  });

  it('gives what has come before a reset, and then fails', async () => {
    for (const length of [1000, 100_000]) {
      const { bench, socket, peer } = await connected();
      const reader = socket.readable.getReader();
      peer.sendPattern(length);
      await bench.advance(1000);
      peer.abort();
      await bench.advance(1000);
      let received = 0;
      const reading = (async () => {
        for (;;) received += (await reader.read()).value?.length ?? Number.NaN;
      })();
      expect(codeOf(await bench.rejection(reading))).toBe('ECONNRESET');
      expect(received).toBe(length);
    }
  });

  it('that is cancelled drops what comes, and the peer can finish', async () => {
    const { bench, socket, peer } = await connected();
    const { readable } = socket;
    peer.sendPattern(5_000_000, true);
    // By now nobody has read, and the socket is paused.
    await bench.advance(5000);
    await bench.wait(readable.cancel());
    socket.end();
    await bench.until(() => peer.closed);
    expect(peer.closeError).toBe(null);
  });
});

describe('the writable side', () => {
  it('waits for room, and half-closes at its end', async () => {
    const { bench, socket, peer } = await connected();
    peer.pause();
    const writer = socket.writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (let chunk = 0; chunk < 100; chunk++) {
        await writer.write(new Uint8Array(100_000));
        written++;
      }
      await writer.close();
    })();
    await bench.advance(10_000);
    expect(written).toBeLessThan(40);
    peer.resume();
    await bench.wait(writing);
    await bench.until(() => peer.ended);
    expect(peer.received).toBe(10_000_000);
    expect(peer.closed).toBe(false);
    peer.sendPattern(10, true);
    expect(await bench.wait(readAll(socket.readable))).toBe(10);
    await bench.until(() => peer.closed);
    expect(peer.closeError).toBe(null);
  });

  it('fails when the peer resets, also a write that waits', async () => {
    const { bench, socket, peer } = await connected();
    peer.pause();
    const writer = socket.writable.getWriter();
    const writing = Promise.all(
      Array.from({ length: 50 }, () => writer.write(new Uint8Array(100_000))),
    );
    const outcome = bench.rejection(writing);
    const closed = bench.rejection(writer.closed);
    peer.stream.abort();
    expect(codeOf(await outcome)).toBe('ECONNRESET');
    expect(codeOf(await closed)).toBe('ECONNRESET');
  });

  it('that is aborted resets the peer', async () => {
    const { bench, socket, peer } = await connected();
    const writer = socket.writable.getWriter();
    await bench.wait(writer.write(utf8('some')));
    await bench.wait(writer.abort(new Error('no more')));
    await bench.until(() => peer.closed);
    expect(peer.closeCode).toBe('ECONNRESET');
  });

  it('fails writes after the connection is over', async () => {
    const { bench, socket, peer } = await connected();
    const writer = socket.writable.getWriter();
    const closed = bench.rejection(writer.closed);
    peer.stream.abort();
    await closed;
    expect(await bench.rejection(writer.write(utf8('x')))).toBeInstanceOf(Error);
  });
});

describe('both sides', () => {
  it('are the same streams each time they are asked for', async () => {
    const { socket } = await connected();
    expect(socket.readable).toBe(socket.readable);
    expect(socket.writable).toBe(socket.writable);
  });

  it('make an echo with one line', async () => {
    const { bench, near, far } = twoStacks();
    far.listen({ port: 7 }, (socket) => void socket.readable.pipeTo(socket.writable));
    const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 7 }));
    const peer = new RecordingPeer(socket).attach();
    peer.sendPattern(2_000_000, true);
    await bench.until(() => peer.closed);
    expect(peer.received).toBe(2_000_000);
    expect(peer.firstDifference).toBe(-1);
    expect(peer.closeError).toBe(null);
  });
});

describe('what is not meant to be', () => {
  it('is refused by the writer', async () => {
    const { bench, socket, peer } = await connected();
    const writer = socket.writable.getWriter();
    writer.closed.catch(() => {});
    await expect(writer.write('text' as unknown as Uint8Array)).rejects.toThrow(
      /encode text first/,
    );
    await bench.until(() => peer.closed);
    expect(peer.received).toBe(0);
    expect(codeOf(peer.closeError)).toBe('ECONNRESET');
  });

  it('takes no handler away from web streams', async () => {
    const { socket } = await connected();
    expect(socket.readable.locked).toBe(false);
    const handler = { handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} };
    expect(() => socket.setHandler(handler)).toThrow(TypeError);
  });

  it('is told of options by name', async () => {
    const { bench, near } = twoStacks();
    const wrong = (options: object) => bench.wait(near.connect(options as never));
    await expect(wrong({ port: 80 })).rejects.toThrow('connect needs the option host');
    await expect(wrong({ host: '10.0.0.2', prot: 80 })).rejects.toThrow('is it port?');
    await expect(wrong({ host: '10.0.0.2', port: 80, tcp: { nodelay: true } })).rejects.toThrow(
      'tcp of connect has no option nodelay; is it noDelay?',
    );
    expect(() => near.listen({ prot: 80 } as never)).toThrow('is it port?');
    expect(() => createStack({ address: '10.0.0.1' } as never)).toThrow(
      'createStack needs the option device',
    );
  });
});
