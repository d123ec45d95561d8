import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { ByteStream } from '@netlayers/http';
import { byteStreamOf, kernelTransport, takeSocket } from '@netlayers/kernel';
import { untilTurn } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const IGNORE = { handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} };

/** Two ends of a connection: the one that was accepted, and the one that connected. */
async function pair(): Promise<[accepted: ByteStream, connected: ByteStream]> {
  const transport = kernelTransport();
  const accepted: ByteStream[] = [];
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (stream) => {
    accepted.push(stream);
  });
  const connected = await transport.connect({ host: '127.0.0.1', port: listener.port });
  await untilTurn(() => accepted.length === 1);
  await listener.close();
  return [accepted[0]!, connected];
}

function textOf(socket: Socket): { text: string; ended: boolean } {
  const got = { text: '', ended: false };
  socket.on('data', (chunk: Buffer) => {
    got.text += chunk.toString();
  });
  socket.on('end', () => {
    got.ended = true;
  });
  expect(socket.isPaused()).toBe(true);
  socket.resume();
  return got;
}

describe('the socket under a stream', () => {
  it('is whole before anything was read, and its stream is silent', async () => {
    const [accepted, connected] = await pair();
    accepted.setHandler({ ...IGNORE, handleClose: () => expect.fail('called') });
    connected.setHandler(IGNORE);
    const socket = takeSocket(accepted)!;
    expect(socket.listenerCount('error') + socket.listenerCount('close')).toBe(0);
    const got = textOf(socket);
    connected.write(Buffer.from('hello'));
    connected.end();
    await untilTurn(() => got.ended);
    expect(got.text).toBe('hello');
    expect(accepted.write(Buffer.from('no more'))).toBe(false);
    expect([accepted.unacknowledged, accepted.measureUnacknowledged!()]).toEqual([0, 0]);
    accepted.abort();
    accepted.close();
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    await untilTurn(() => socket.closed);
  });

  it('can be taken by the handler of the bytes that came', async () => {
    const [accepted, connected] = await pair();
    connected.setHandler(IGNORE);
    let first = '';
    let got = { text: '', ended: false };
    accepted.setHandler({
      ...IGNORE,
      handleData: (buf, start, end) => {
        first += Buffer.from(buf.subarray(start, end)).toString();
        got = textOf(takeSocket(accepted)!);
      },
    });
    connected.write(Buffer.from('one'));
    await untilTurn(() => first === 'one');
    connected.write(Buffer.from('two'));
    connected.end();
    await untilTurn(() => got.ended);
    expect([first, got.text]).toEqual(['one', 'two']);
    connected.abort();
  });

  it('is not that of a stream that was written to, that has ended, or that is none of ours', async () => {
    const [accepted, connected] = await pair();
    connected.setHandler(IGNORE);
    connected.write(Buffer.from('x'));
    expect(takeSocket(connected)).toBeNull();
    let ended = false;
    accepted.setHandler({
      ...IGNORE,
      handleEnd: () => {
        ended = true;
      },
    });
    accepted.end();
    expect(takeSocket(accepted)).toBeNull();
    connected.end();
    await untilTurn(() => ended);
    expect(takeSocket(byteStreamOf(new PassThrough()))).toBeNull();
  });
});
