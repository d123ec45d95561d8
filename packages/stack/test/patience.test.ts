/** How long a socket waits for its peer, what it says of the time, and how it fails. */

import { faultDevice, memoryWire } from '@netlayers/link';
import { RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { twoStacks } from './bench.js';

/** Both ends of a connection; after `cut` nothing gets through. */
async function connected() {
  let isCut = false;
  const [left, right] = memoryWire();
  const device = faultDevice(left, () => (isCut ? 'drop' : 'pass'));
  const stacks = twoStacks({ device }, { device: right });
  const { bench, near, far } = stacks;
  const accepted: RecordingPeer[] = [];
  far.listen({ port: 80 }, (socket) => accepted.push(new RecordingPeer(socket).attach()));
  const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
  const client = new RecordingPeer(socket).attach();
  await bench.until(() => accepted.length > 0);
  const cut = (): void => {
    isCut = true;
  };
  return { ...stacks, socket, client, server: accepted[0]!, cut };
}

describe('a socket', () => {
  it('finds out by keep-alive that its peer has gone', async () => {
    const { bench, near, socket, client, server } = await connected();
    socket.setKeepAlive(true, 10_000);
    await bench.advance(3_000_000);
    expect(client.closed).toBe(false);
    const probes = near.counters().tcp.keepAliveProbes;
    expect(probes).toBeGreaterThan(200);
    socket.setKeepAlive(false);
    await bench.advance(100_000);
    expect(near.counters().tcp.keepAliveProbes).toBe(probes);
    // The peer forgets the connection, and says so when it is asked.
    socket.setKeepAlive(true);
    server.abort();
    await bench.advance(20_000);
    expect(client.closeError).toMatchObject({
      code: 'ECONNRESET',
      errno: -104,
      syscall: 'read',
      message: 'read ECONNRESET',
    });
  });

  it('gives a peer up that is silent: by keep-alive, or after its user time-out', async () => {
    const idle = await connected();
    idle.socket.setKeepAlive(true, 10_000);
    idle.cut();
    await idle.bench.advance(10_000 + 9 * 75_000 - 100);
    expect(idle.client.closed).toBe(false);
    await idle.bench.advance(200);
    expect(idle.client.closeError).toMatchObject({ code: 'ETIMEDOUT', message: 'read ETIMEDOUT' });

    const busy = await connected();
    busy.socket.setUserTimeout(7000);
    busy.cut();
    busy.client.send('anybody there?');
    await busy.bench.advance(6999);
    expect(busy.client.closed).toBe(false);
    await busy.bench.advance(10);
    expect(busy.client.closeError).toMatchObject({ code: 'ETIMEDOUT', errno: -110 });
    expect(() => busy.socket.setUserTimeout(-1)).toThrow(RangeError);
  });

  it('counts what it has read, written, and what is not acknowledged', async () => {
    const { bench, socket, client, server } = await connected();
    server.stream.write(new Uint8Array(300));
    client.send('hello');
    expect(socket.unacknowledged).toBe(5);
    await bench.advance(100);
    expect([socket.bytesWritten, socket.bytesRead, socket.unacknowledged]).toEqual([5, 300, 0]);
    client.pause();
    server.stream.write(new Uint8Array(300));
    await bench.settle();
    expect(socket.bytesRead).toBe(300);
    client.resume();
    await bench.settle();
    expect(socket.bytesRead).toBe(600);
    client.close();
    await bench.settle();
    expect([socket.bytesWritten, socket.bytesRead, socket.unacknowledged]).toEqual([5, 600, 0]);
  });

  it('that is closed leaves nothing behind, whatever the peer does', async () => {
    const { bench, near, client } = await connected();
    client.close();
    await bench.advance(59_000);
    expect(near.counters().connections).toBe(1);
    await bench.advance(2000);
    expect(near.counters().connections).toBe(0);
    expect(client.events).toEqual(['close']);
  });

  it('that is closed does not hold up the close of its stack', async () => {
    const { bench, near, client } = await connected();
    client.close();
    await bench.settle();
    const before = bench.clock.now();
    await bench.wait(near.close({ drainMs: 5000 }));
    expect(bench.clock.now() - before).toBeLessThan(100);
  });
});

describe('errors have the fields of Node\u2019s', () => {
  it('where a connect is refused, is not possible, or gets no answer', async () => {
    const { bench, near } = twoStacks();
    const refused = await bench.rejection(near.connect({ host: '10.0.0.2', port: 81 }));
    expect(refused).toMatchObject({
      name: 'TcpError',
      message: 'connect ECONNREFUSED 10.0.0.2:81',
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: '10.0.0.2',
      port: 81,
    });
    const nowhere = await bench.rejection(near.connect({ host: '240.0.0.1', port: 80 }));
    expect(nowhere.message).toBe('connect EHOSTUNREACH 240.0.0.1:80');
    const silent = await bench.rejection(near.connect({ host: '10.0.0.9', port: 80 }));
    expect(silent.message).toBe('connect ETIMEDOUT 10.0.0.9:80');
  });

  it('where a port is in use or an address not ours', () => {
    const { near } = twoStacks();
    near.listen({ port: 80 });
    const error = (listen: () => void): unknown => {
      try {
        listen();
      } catch (thrown) {
        return thrown;
      }
      throw new Error('nothing was thrown');
    };
    expect(error(() => near.listen({ port: 80 }))).toMatchObject({
      message: 'listen EADDRINUSE: address already in use 0.0.0.0:80',
      code: 'EADDRINUSE',
      errno: -98,
      syscall: 'listen',
      address: '0.0.0.0',
      port: 80,
    });
    expect(error(() => near.listen({ host: '10.9.9.9', port: 80 }))).toMatchObject({
      message: 'listen EADDRNOTAVAIL: address not available 10.9.9.9:80',
      errno: -99,
    });
  });
});
