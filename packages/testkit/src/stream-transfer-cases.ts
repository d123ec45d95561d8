/**
 * Cases of the byte stream suite: what is written arrives, whole, in order and once, and a reader
 * that is slow slows the writer down.
 */

import { fillPattern, type RecordingPeer } from './recording-peer.js';
import type { StreamTest } from './stream-bench.js';

/** Registers the cases. */
export function transferCases(test: StreamTest): void {
  test('large transfers both ways at once arrive whole', async (bench) => {
    const { expect, bulkBytes } = bench;
    const [client, server] = await bench.open();
    client.sendPattern(bulkBytes, true);
    server.sendPattern(bulkBytes, true);
    await bench.closed(client, server);
    for (const peer of [client, server]) {
      expect(peer.received).toBe(bulkBytes);
      expect(peer.firstDifference).toBe(-1);
      expect(peer.refusals, 'writes that met backpressure').toBeGreaterThan(0);
      expect(peer.closeError).toBe(null);
    }
  });

  test('bytes are taken before write returns', async (bench) => {
    const [client, server] = await bench.open();
    server.keeps = true;
    client.send('one ');
    client.send('two ');
    client.send('three');
    client.stream.end();
    await bench.fixture.until(() => server.ended);
    bench.expect(server.text).toBe('one two three');
  });

  test('write takes a range', async (bench) => {
    const [client, server] = await bench.open();
    const bytes = new Uint8Array(110_000).fill(0xdb);
    fillPattern(bytes.subarray(17, 100_000), 0);
    client.stream.write(bytes, 17, 100_000);
    client.stream.end();
    await bench.fixture.until(() => server.ended);
    bench.expect(server.received).toBe(100_000 - 17);
    bench.expect(server.firstDifference).toBe(-1);
  });

  test('write refuses what is no octets, and no part of them', async (bench) => {
    const { expect } = bench;
    const [client, server] = await bench.open();
    server.keeps = true;
    const failureOf = (...args: unknown[]): string => {
      try {
        return String(Reflect.apply(client.stream.write, client.stream, args));
      } catch (error) {
        return (error as Error).name;
      }
    };
    const others = ['text', new ArrayBuffer(4), new Uint16Array(4), [1, 2], 7, null, undefined];
    for (const other of others) expect(failureOf(other)).toBe('TypeError');
    const octets = new Uint8Array(10);
    const ranges = [
      [-1, 5],
      [0, 11],
      [6, 5],
      [Number.NaN, 5],
      [0, Number.NaN],
    ];
    for (const [start, end] of ranges) expect(failureOf(octets, start, end)).toBe('RangeError');
    client.send('right');
    client.stream.end();
    await bench.fixture.until(() => server.ended);
    expect(server.text).toBe('right');
  });

  test('a thousand writes of one byte keep their order', async (bench) => {
    const [client, server] = await bench.open();
    const bytes = new Uint8Array(1000);
    fillPattern(bytes, 0);
    for (let i = 0; i < 1000; i++) client.stream.write(bytes, i, i + 1);
    await bench.fixture.until(() => server.received === 1000);
    bench.expect(server.firstDifference).toBe(-1);
  });

  test('writes of nothing deliver nothing', async (bench) => {
    const [client, server] = await bench.open();
    server.keeps = true;
    const nothing = new Uint8Array(0);
    bench.expect(client.stream.write(nothing)).toBe(true);
    client.send('a');
    client.stream.write(nothing);
    client.stream.write(new Uint8Array(9), 5, 5);
    client.send('b');
    client.stream.end();
    await bench.fixture.until(() => server.ended);
    bench.expect(server.text).toBe('ab');
  });

  test('a paused reader holds the writer back, within bounds', async (bench) => {
    const { expect, fixture, bufferLimit } = bench;
    const [client, server] = await bench.open();
    server.pause();
    // More than may be buffered, so that it cannot all be taken.
    const total = bufferLimit + (1 << 20);
    client.sendPattern(total, true);
    await fixture.settle();
    expect(client.refusals).toBeGreaterThan(0);
    expect(client.sent, 'taken while nobody read').toBeLessThanOrEqual(bufferLimit);
    expect(server.received).toBe(0);
    server.resume();
    await fixture.until(() => server.ended);
    expect(server.received).toBe(total);
    expect(server.firstDifference).toBe(-1);
  });

  test('pause inside of a delivery stops the next one', async (bench) => {
    const { expect, fixture, bulkBytes } = bench;
    let pauses = 0;
    const pauseOnce = (): void => {
      if (pauses++ < 5) held?.pause();
    };
    let held: RecordingPeer | null = null;
    const [client, server] = await bench.open({ server: { data: pauseOnce } });
    held = server;
    client.sendPattern(bulkBytes, true);
    for (let i = 1; i <= 5; i++) {
      await fixture.until(() => pauses === i);
      await fixture.settle();
      expect(pauses).toBe(i);
      server.resume();
    }
    await fixture.until(() => server.ended);
    expect(server.received).toBe(bulkBytes);
    expect(server.firstDifference).toBe(-1);
  });

  test('cork holds writes back until the last uncork', async (bench) => {
    const { expect, fixture } = bench;
    const [client, server] = await bench.open();
    server.keeps = true;
    client.stream.cork();
    client.send('a');
    client.stream.cork();
    client.send('b');
    client.stream.uncork();
    client.send('c');
    await fixture.settle();
    expect(server.text).toBe('');
    client.stream.uncork();
    await fixture.until(() => server.received === 3);
    expect(server.text).toBe('abc');
    // One too many does not make the next cork ineffective.
    client.stream.uncork();
    client.stream.cork();
    client.send('d');
    await fixture.settle();
    expect(server.text).toBe('abc');
    client.stream.end();
    await fixture.until(() => server.ended);
    expect(server.text).toBe('abcd');
  });

  test('many connections at once do not mix', async (bench) => {
    const { expect, manyStreams } = bench;
    const peers: RecordingPeer[] = [];
    for (let i = 0; i < manyStreams; i++) peers.push(...(await bench.open()));
    peers.forEach((peer, index) => {
      peer.sendPattern(10_000 + index, true);
    });
    await bench.closed(...peers);
    peers.forEach((peer, index) => {
      // Ends of one connection are neighbours in the list.
      expect(peer.received).toBe(10_000 + (index ^ 1));
      expect(peer.firstDifference).toBe(-1);
      expect(peer.closeError).toBe(null);
    });
  });
}
