import { setDefaultHighWaterMark } from 'node:stream';
import type { ByteStreamHandler } from '@netlayers/http';
import { byteStreamOf, duplexOf } from '@netlayers/node';
import {
  byteStreamSuite,
  fixtureOf,
  MemoryTransport,
  settleTurns,
  type TransportFixture,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

// A reset drops what a Duplex has read ahead, as of `net.Socket`; Node 22 reads 64 KiB, the suite's size, ahead.
setDefaultHighWaterMark(false, 0x4000);

/** Every stream as a Duplex and that as a stream again: what either loses is missing at the end. */
class ThereAndBack extends MemoryTransport {
  override listen(...[options, accept]: Parameters<MemoryTransport['listen']>) {
    return super.listen(options, (stream) => accept(byteStreamOf(duplexOf(stream))));
  }

  override async connect(options: Parameters<MemoryTransport['connect']>[0]) {
    return byteStreamOf(duplexOf(await super.connect(options)));
  }
}

const makeTransports = (): TransportFixture =>
  fixtureOf(new ThereAndBack({ schedule: setImmediate }));

byteStreamSuite({
  name: 'a byte stream of a Duplex of a byte stream',
  tools: { describe, it, expect },
  makeTransports,
});

describe('bytes that last', () => {
  /** A stream that keeps what it is given, and its handler. */
  function recorded() {
    const given: { buf: Uint8Array; lasts: boolean | undefined }[] = [];
    let handler: ByteStreamHandler | null = null;
    const stream = {
      ...{ localAddress: '', localPort: 0, remoteAddress: '', remotePort: 0, unacknowledged: 0 },
      ...{ secure: false, alpn: null, pause() {}, resume() {}, cork() {}, uncork() {}, end() {} },
      ...{ close() {}, abort() {} },
      setHandler: (told: ByteStreamHandler) => {
        handler = told;
      },
      write: (buf: Uint8Array, _start?: number, _end?: number, lasts?: boolean) => {
        given.push({ buf, lasts });
        return true;
      },
    };
    return {
      stream,
      given,
      told: (): ByteStreamHandler => handler as unknown as ByteStreamHandler,
    };
  }

  it('are handed on uncopied when they are read, and others are copied', async () => {
    const { stream, told } = recorded();
    const duplex = duplexOf(stream);
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const read: Buffer[] = [];
    duplex.on('data', (chunk: Buffer) => read.push(chunk));
    told().handleData(bytes, 1, 3, true);
    told().handleData(bytes, 1, 3);
    bytes.fill(0);
    await settleTurns(1);
    expect(read.map((chunk) => [...chunk])).toEqual([
      [0, 0],
      [2, 3],
    ]);
  });

  it('are said to last when they are written, where the user says so', () => {
    const { stream, given } = recorded();
    const bytes = Buffer.alloc(10);
    duplexOf(stream, { lends: true }).write(bytes);
    duplexOf(stream).write(bytes);
    expect(given.map(({ lasts }) => lasts === true)).toEqual([true, false]);
    expect(given[0]?.buf.buffer).toBe(bytes.buffer);
  });
});
