/**
 * Cases: which ends of a connection are ends of TLS (RFC 8446, 6.1), and what comes beside them. The peer is
 * Node's TLS over a stream of ours that can be cut.
 */

import tls, { type TLSSocket } from 'node:tls';
import type { ByteStream, Transport } from '@netlayers/http';
import { duplexOf, tlsTransport } from '@netlayers/node';
import { selfSigned, untilTurn, WrittenEnd } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const identity = selfSigned();
/** More than the streams of Node read ahead. */
const LONG = 300_000;

/** A connection, with what its client's TLS stands on. */
interface Pair {
  /** The server's end. */
  readonly far: WrittenEnd<ByteStream>;
  readonly near: TLSSocket;
  /** Lets so many octets more through, and ends the connection behind them. */
  cutAfter(octets: number): void;
}

async function open(inner: Transport): Promise<Pair> {
  const far: WrittenEnd<ByteStream>[] = [];
  const server = tlsTransport(inner, { identity });
  const listener = await server.listen({ host: '127.0.0.1', port: 0 }, (stream) =>
    far.push(new WrittenEnd(stream)),
  );
  const under = duplexOf(await inner.connect({ host: '127.0.0.1', port: listener.port }), {
    allowHalfOpen: true,
  });
  const near = tls.connect({ socket: under, ca: identity.cert, servername: 'localhost' });
  near.on('error', () => {}).resume();
  await new Promise((resolve) => near.once('secureConnect', resolve));
  await untilTurn(() => far.length === 1);
  await listener.close();
  const cutAfter = (octets: number): void => {
    const write = under.write.bind(under);
    let left = octets;
    under.write = (...args: unknown[]) => {
      const chunk = args[0] as Buffer;
      const done = args.findLast((arg) => typeof arg === 'function') as () => void;
      if (left > 0) write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) under.end();
      done();
      return true;
    };
  };
  return { far: far[0]!, near, cutAfter };
}

/** Registers the cases. */
export function trueEnds(name: string, make: () => Transport): void {
  describe(`ends of TLS over ${name}`, () => {
    it('are told by TLS, and the other half goes on [RFC 8446 6.1]', async () => {
      const { far, near } = await open(make());
      let answer = '';
      near.allowHalfOpen = true;
      near.on('data', (chunk: Buffer) => {
        answer += chunk.toString();
      });
      near.end('all');
      await untilTurn(() => far.ended);
      expect(far).toMatchObject({ text: 'all', closed: null });
      far.stream.write(Buffer.from('more'));
      far.stream.end();
      await untilTurn(() => far.closed !== null && near.readableEnded);
      expect([answer, far.closed]).toEqual(['more', { code: null }]);
    });

    it('are none where TCP alone has ended, behind what came before [RFC 8446 6.1] [RFC 9112 9.8]', async () => {
      const { far, near, cutAfter } = await open(make());
      near.write('half');
      await untilTurn(() => far.text === 'half');
      cutAfter(0);
      near.write('x');
      await untilTurn(() => far.closed !== null);
      expect(far).toMatchObject({ text: 'half', ended: false, closed: { code: 'ECONNRESET' } });
    });

    it('are none within a record, of whatever length [RFC 8446 6.1]', async () => {
      for (const octets of [1, 5, 19, 24, 31, 1000]) {
        const { far, near, cutAfter } = await open(make());
        near.write('half');
        await untilTurn(() => far.text === 'half');
        cutAfter(octets);
        near.write(Buffer.alloc(2000));
        await untilTurn(() => far.closed !== null);
        expect(far).toMatchObject({ text: 'half', ended: false, closed: { code: 'ECONNRESET' } });
      }
    });

    it('wait for a reader that is paused', async () => {
      const { far, near } = await open(make());
      far.stream.pause();
      near.end(Buffer.alloc(LONG, 'x'));
      await untilTurn(() => near.writableFinished || near.bytesWritten >= LONG);
      expect(far).toMatchObject({ text: '', ended: false });
      far.stream.resume();
      await untilTurn(() => far.ended);
      expect([far.text.length, far.closed]).toEqual([LONG, null]);
      far.stream.abort();
    });

    it('that are none wait, too', async () => {
      const { far, near, cutAfter } = await open(make());
      far.stream.pause();
      near.write(Buffer.alloc(LONG, 'x'), () => {
        cutAfter(0);
        near.write('y');
      });
      far.stream.resume();
      await untilTurn(() => far.closed !== null);
      expect([far.text.length, far.ended, far.closed]).toEqual([
        LONG,
        false,
        { code: 'ECONNRESET' },
      ]);
    });

    it('of our half, in the middle of what comes, lose nothing of it', async () => {
      const { far, near } = await open(make());
      near.allowHalfOpen = true;
      far.onData = () => far.stream.end();
      near.end(Buffer.alloc(LONG, 'x'));
      await untilTurn(() => far.closed !== null);
      expect([far.text.length, far.ended, far.closed]).toEqual([LONG, true, { code: null }]);
    });

    it('of both halves, in the middle of what comes, are resets', async () => {
      const { far, near } = await open(make());
      const failures: unknown[] = [];
      near.on('error', (error: NodeJS.ErrnoException) => failures.push(error.code));
      far.onData = () => far.stream.close();
      near.write(Buffer.alloc(LONG, 'x'));
      await untilTurn(() => far.closed !== null && near.destroyed);
      expect([far.closed, failures[0]]).toEqual([{ code: null }, 'ECONNRESET']);
    });
  });
}
