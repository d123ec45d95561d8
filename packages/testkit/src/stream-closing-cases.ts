/**
 * Cases of the byte stream suite: the ways in which a connection ends. In each of them the close
 * comes exactly once and last; the recording peer sees to that.
 */

import type { RecordingPeer } from './recording-peer.js';
import type { StreamBench, StreamTest } from './stream-bench.js';

const orderly = (bench: StreamBench, ...peers: readonly RecordingPeer[]): void => {
  for (const peer of peers) {
    bench.expect(peer.events.filter((event) => event !== 'drain')).toEqual(['end', 'close']);
    bench.expect(peer.closeError).toBe(null);
  }
};

/**
 * Waits for a reset. Some hosts do not watch a connection whose peer has ended, or report a reset
 * behind unread bytes as an end: they learn of it when they write.
 */
export async function untilReset(bench: StreamBench, peer: RecordingPeer): Promise<void> {
  for (let i = 0; i < 20 && !peer.closed; i++) {
    await bench.fixture.settle();
    peer.stream.write(new Uint8Array(1000));
  }
  await bench.closed(peer);
  bench.expect(peer.closeCode).toBe('ECONNRESET');
}

async function halfClose(
  bench: StreamBench,
  first: RecordingPeer,
  second: RecordingPeer,
): Promise<void> {
  second.keeps = true;
  first.send('the last of me');
  first.stream.end();
  await bench.fixture.until(() => second.ended);
  bench.expect(second.text).toBe('the last of me');
  await bench.fixture.settle();
  bench.expect(second.closed).toBe(false);
  second.sendPattern(bench.bulkBytes, true);
  await bench.closed(first, second);
  bench.expect(first.received).toBe(bench.bulkBytes);
  bench.expect(first.firstDifference).toBe(-1);
  orderly(bench, first, second);
}

/** Registers the cases. */
export function closingCases(test: StreamTest): void {
  test('the client ends, and is sent more', async (bench) => {
    const [client, server] = await bench.open();
    await halfClose(bench, client, server);
  });

  test('the server ends, and is sent more', async (bench) => {
    const [client, server] = await bench.open();
    await halfClose(bench, server, client);
  });

  test('both ends close at the same time', async (bench) => {
    const [client, server] = await bench.open();
    client.stream.end();
    server.stream.end();
    await bench.closed(client, server);
    orderly(bench, client, server);
  });

  test('end inside of handleEnd closes both sides', async (bench) => {
    const [client, server] = await bench.open({
      accepted: (peer) => {
        peer.reactions.end = () => peer.stream.end();
      },
    });
    client.sendPattern(bench.bulkBytes, true);
    await bench.closed(client, server);
    bench.expect(server.received).toBe(bench.bulkBytes);
    orderly(bench, client, server);
  });

  test('writes after end are ignored', async (bench) => {
    const { expect } = bench;
    const [client, server] = await bench.open();
    server.keeps = true;
    client.send('before');
    client.stream.end();
    expect(client.stream.write(Uint8Array.of(1, 2, 3))).toBe(false);
    client.stream.end();
    await bench.fixture.until(() => server.ended);
    await bench.fixture.settle();
    expect(server.text).toBe('before');
  });

  test('calls after the close are ignored', async (bench) => {
    const [client, server] = await bench.open();
    client.stream.end();
    server.stream.end();
    await bench.closed(client, server);
    for (const { stream } of [client, server]) {
      bench.expect(stream.write(Uint8Array.of(1))).toBe(false);
      stream.cork();
      stream.uncork();
      stream.pause();
      stream.resume();
      stream.end();
      stream.abort();
    }
    await bench.fixture.settle();
    orderly(bench, client, server);
  });

  test('an end while the reader is paused waits for resume', async (bench) => {
    const [client, server] = await bench.open();
    server.pause();
    client.stream.end();
    server.stream.end();
    await bench.fixture.settle();
    bench.expect(server.events).toEqual([]);
    server.resume();
    await bench.closed(client, server);
    orderly(bench, client, server);
  });

  abortCases(test);
}

function abortCases(test: StreamTest): void {
  test('abort resets the peer', async (bench) => {
    const [client, server] = await bench.open();
    client.abort();
    await bench.closed(client, server);
    bench.expect(client.events).toEqual(['close']);
    bench.expect(client.closeError).toBe(null);
    bench.expect(server.events).toEqual(['close']);
    bench.expect(server.closeCode).toBe('ECONNRESET');
  });

  test('abort loses what is queued', async (bench) => {
    const [client, server] = await bench.open();
    server.pause();
    client.sendPattern(bench.bufferLimit + 1);
    await bench.fixture.settle();
    client.abort();
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
    server.resume();
    await untilReset(bench, server);
    bench.expect(server.received).toBeLessThanOrEqual(bench.bufferLimit);
  });

  test('abort right after end', async (bench) => {
    const [client, server] = await bench.open();
    client.stream.end();
    client.abort();
    client.abort();
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
    await untilReset(bench, server);
  });

  test('abort when only the own half is closed', async (bench) => {
    const [client, server] = await bench.open();
    client.stream.end();
    await bench.fixture.until(() => server.ended);
    await bench.fixture.settle();
    client.abort();
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
    await untilReset(bench, server);
  });

  test('abort from inside of handleData and of handleEnd', async (bench) => {
    for (const reaction of ['data', 'end'] as const) {
      const [client, server] = await bench.open({
        accepted: (peer) => {
          peer.reactions[reaction] = () => peer.abort();
        },
      });
      // What piles up here would be delivered in several pieces.
      server.pause();
      client.sendPattern(reaction === 'data' ? 200_000 : 0, true);
      await bench.fixture.settle();
      server.resume();
      await bench.closed(client, server);
      bench.expect(server.closeError).toBe(null);
      bench.expect(client.closeCode).toBe('ECONNRESET');
    }
  });

  test('both ends abort at the same time', async (bench) => {
    const [client, server] = await bench.open();
    client.abort();
    server.abort();
    await bench.closed(client, server);
    bench.expect(client.events).toEqual(['close']);
    bench.expect(server.events).toEqual(['close']);
    bench.expect(client.closeError).toBe(null);
  });

  test('writes to a peer that has reset are no error of write', async (bench) => {
    const [client, server] = await bench.open();
    client.abort();
    server.stream.write(new Uint8Array(1000));
    await untilReset(bench, server);
  });
}
