/**
 * Cases of the byte stream suite: `close()`, which ends both directions, and what becomes of bytes
 * that nobody has read, at a close and at a reset. The recording peer sees to it that nothing but the
 * close is told behind `close()`.
 */

import type { StreamTest } from './stream-bench.js';
import { untilReset } from './stream-closing-cases.js';

/** Registers the cases. */
export function bothDirectionsCases(test: StreamTest): void {
  test('close sends what is queued, and the end', async (bench) => {
    const { expect, bulkBytes } = bench;
    const [client, server] = await bench.open();
    client.sendPattern(100_000);
    client.write(new Uint8Array(bulkBytes));
    client.close();
    expect(client.stream.write(Uint8Array.of(1))).toBe(false);
    await bench.fixture.until(() => server.ended);
    expect(server.received).toBe(100_000 + bulkBytes);
    expect(server.closed).toBe(false);
    await bench.closed(client);
    expect(client.closeError).toBe(null);
    expect(client.stream.unacknowledged).toBe(0);
    server.stream.end();
    await bench.closed(server);
    expect(server.closeError).toBe(null);
  });

  test('what is written to a peer that has closed is answered by a reset', async (bench) => {
    const [client, server] = await bench.open();
    client.send('the last of me');
    client.close();
    await bench.fixture.until(() => server.ended);
    bench.expect(server.received).toBe(14);
    await untilReset(bench, server);
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
  });

  test('close with bytes unread resets', async (bench) => {
    const [client, server] = await bench.open();
    client.pause();
    server.sendPattern(1000);
    await bench.fixture.settle();
    client.close();
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
    await untilReset(bench, server);
    bench.expect(server.ended).toBe(false);
  });

  test('close in the middle of a download resets', async (bench) => {
    const [client, server] = await bench.open();
    client.reactions.data = () => {
      if (client.received > 10_000) client.close();
    };
    server.sendPattern(bench.bufferLimit);
    await bench.closed(client, server);
    bench.expect(client.closeError).toBe(null);
    bench.expect(server.closeCode).toBe('ECONNRESET');
  });

  test('close after the end of the peer is orderly', async (bench) => {
    const { expect } = bench;
    const [client, server] = await bench.open({
      accepted: (peer) => {
        peer.reactions.end = () => {
          peer.sendPattern(1000);
          peer.close();
        };
      },
    });
    client.sendPattern(1000, true);
    await bench.closed(client, server);
    expect(client.received).toBe(1000);
    expect(client.events).toEqual(['end', 'close']);
    expect(client.closeError).toBe(null);
    expect(server.closeError).toBe(null);
  });

  test('both ends close at the same time', async (bench) => {
    const [client, server] = await bench.open();
    client.close();
    server.close();
    await bench.closed(client, server);
    for (const peer of [client, server]) {
      bench.expect(peer.events).toEqual(['close']);
      bench.expect(peer.closeError).toBe(null);
    }
  });

  test('close after end, after close, and while paused', async (bench) => {
    const { expect } = bench;
    const [client, server] = await bench.open();
    client.pause();
    client.send('x');
    client.stream.end();
    client.close();
    client.close();
    client.stream.end();
    client.stream.resume();
    await bench.closed(client);
    expect(client.closeError).toBe(null);
    await bench.fixture.until(() => server.ended);
    expect(server.received).toBe(1);
    server.close();
    await bench.closed(server);
    server.close();
    await bench.fixture.settle();
    expect(server.closeError).toBe(null);
  });

  test('close from inside of handleData', async (bench) => {
    const [client, server] = await bench.open({
      accepted: (peer) => {
        peer.reactions.data = () => peer.close();
      },
    });
    client.send('x');
    await bench.closed(server);
    bench.expect(server.events).toEqual(['close']);
    await bench.fixture.until(() => client.ended);
    client.stream.end();
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
  });

  test('abort after close resets', async (bench) => {
    const [client, server] = await bench.open();
    server.pause();
    client.stream.write(new Uint8Array(bench.bufferLimit));
    client.close();
    client.abort();
    await bench.closed(client);
    bench.expect(client.closeError).toBe(null);
    server.resume();
    await untilReset(bench, server);
  });

  unreadCases(test);
}

function unreadCases(test: StreamTest): void {
  test('bytes that came before a reset are delivered to a reader that is late', async (bench) => {
    const { expect, fixture } = bench;
    const [client, server] = await bench.open();
    server.pause();
    client.sendPattern(100_000);
    await fixture.settle();
    client.abort();
    await fixture.settle();
    expect(server.received).toBe(0);
    server.resume();
    await fixture.until(() => server.received === 100_000);
    await untilReset(bench, server);
    expect(server.firstDifference).toBe(-1);
  });

  test('abort and close drop what has not been delivered', async (bench) => {
    for (const command of ['abort', 'close'] as const) {
      const [client, server] = await bench.open();
      server.pause();
      client.sendPattern(1000);
      await bench.fixture.settle();
      server[command]();
      server.resume();
      await bench.closed(server);
      bench.expect(server.received).toBe(0);
      bench.expect(server.closeError).toBe(null);
      await untilReset(bench, client);
    }
  });
}
