/**
 * Cases of the byte stream suite: what a writer can see of its peer. `unacknowledged` counts what is
 * written and not taken; who looks at it twice can tell a slow reader from one that has stopped.
 */

import type { RecordingPeer } from './recording-peer.js';
import type { StreamBench, StreamTest } from './stream-bench.js';

/** What a slow reader takes at a time. */
const SIP = 6000;
const MOST_SIPS = 1500;

/** Lets a paused peer read at least that many bytes more. */
async function sip(bench: StreamBench, peer: RecordingPeer, length: number): Promise<void> {
  const enough = peer.received + length;
  peer.reactions.data = () => {
    if (peer.received >= enough) peer.pause();
  };
  peer.resume();
  await bench.fixture.until(() => peer.received >= enough);
}

/** Registers the cases. */
export function progressCases(test: StreamTest): void {
  test('what is written counts as unacknowledged until the peer has it', async (bench) => {
    const { expect, fixture } = bench;
    const [{ stream }, server] = await bench.open();
    expect(stream.unacknowledged).toBe(0);
    stream.write(new Uint8Array(1000));
    expect(stream.unacknowledged).toBe(1000);
    stream.write(new Uint8Array(500), 100, 300);
    expect(stream.unacknowledged).toBe(1200);
    await fixture.until(() => server.received === 1200);
    await fixture.until(() => stream.unacknowledged === 0);
    stream.cork();
    stream.write(new Uint8Array(10));
    expect(stream.unacknowledged, 'corked').toBe(10);
    stream.uncork();
    await fixture.until(() => stream.unacknowledged === 0);
  });

  test('what the own half ends with counts too, the end itself does not', async (bench) => {
    const { expect, fixture } = bench;
    const [{ stream }, server] = await bench.open();
    stream.end();
    expect(stream.unacknowledged).toBe(0);
    server.stream.write(new Uint8Array(1000));
    expect(server.stream.unacknowledged).toBe(1000);
    server.stream.end();
    const before = server.stream.unacknowledged;
    expect(server.stream.write(new Uint8Array(1000))).toBe(false);
    expect(server.stream.unacknowledged).toBeLessThanOrEqual(before);
    await fixture.until(() => server.closed);
    expect(server.stream.unacknowledged).toBe(0);
  });

  test('a reader that has stopped is seen to, one that goes on too', async (bench) => {
    const { expect, fixture } = bench;
    const [client, server] = await bench.open();
    server.pause();
    // More than may be buffered, so that it cannot all be taken.
    const length = bench.bufferLimit + (1 << 20);
    client.write(new Uint8Array(length));
    await fixture.settle();
    const full = client.stream.unacknowledged;
    expect(full).toBeGreaterThan(0);
    await fixture.settle();
    const stuck = client.stream.unacknowledged;
    // A probe of a shut window may bring an octet through.
    expect(stuck).toBeGreaterThanOrEqual(full - 10);
    expect(stuck).toBeLessThanOrEqual(full);
    // Some hosts wake a writer only once a good part of a buffer is free.
    let now = stuck;
    for (let i = 0; i < MOST_SIPS && now > stuck - 100; i++) {
      await sip(bench, server, SIP);
      await fixture.settle();
      now = client.stream.unacknowledged;
      expect(now).toBeLessThanOrEqual(stuck);
    }
    expect(now).toBeLessThanOrEqual(stuck - 100);
    server.reactions.data = () => {
      expect(client.stream.unacknowledged).toBeLessThanOrEqual(now);
      now = client.stream.unacknowledged;
    };
    server.resume();
    await fixture.until(() => server.received === length);
    await fixture.until(() => client.stream.unacknowledged === 0);
  });

  test('a slow reader makes room for a writer that waits for it', async (bench) => {
    const { expect, fixture, bufferLimit } = bench;
    const [client, server] = await bench.open();
    server.pause();
    client.sendPattern(2 * bufferLimit);
    await fixture.settle();
    const { sent } = client;
    const drains = client.events.length;
    expect(sent).toBeLessThanOrEqual(bufferLimit);
    for (let i = 0; i < MOST_SIPS && client.events.length === drains; i++) {
      await sip(bench, server, SIP);
      await fixture.settle();
    }
    expect(client.events.length).toBeGreaterThan(drains);
    expect(client.sent).toBeGreaterThan(sent);
    client.abort();
  });

  test('nothing is unacknowledged once the stream is over', async (bench) => {
    const { expect } = bench;
    const [client, server] = await bench.open();
    server.pause();
    client.stream.write(new Uint8Array(bench.bufferLimit));
    client.abort();
    expect(client.stream.unacknowledged).toBe(0);
    await bench.closed(client);
    expect(client.stream.unacknowledged).toBe(0);
  });
}
