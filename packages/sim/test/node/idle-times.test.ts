import http2 from 'node:http2';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { listening, onTwoHosts } from './two-hosts.js';

const silent = () =>
  listening(
    net.createServer((socket) => socket.resume()),
    80,
  );

describe('setTimeout of a socket', () => {
  it('counts from the last octet, and leaves the socket open', async () => {
    const seen = await onTwoHosts(async ({ net: network, app, api }) => {
      await api.run(silent);
      return app.run(async () => {
        const socket = net.connect(80, 'api.test');
        socket.setTimeout(5_000);
        setTimeout(() => socket.write('x'), 3_000);
        await new Promise((resolve) => socket.on('timeout', resolve));
        return [network.clock.now(), socket.timeout, socket.destroyed];
      });
    });
    // What was written is acknowledged by nobody that Node would see.
    expect(seen).toEqual([8_000, 5_000, false]);
  });

  it('0 takes it back, and another time takes its place', async () => {
    const fired = await onTwoHosts(async ({ net: network, app, api }) => {
      await api.run(silent);
      const at: number[] = [];
      app.run(() => {
        const first = net.connect({ port: 80, host: 'api.test', timeout: 1_000 });
        first.on('timeout', () => at.push(1));
        first.setTimeout(0);
        const second = net.connect({ port: 80, host: 'api.test', timeout: 1_000 });
        second.on('timeout', () => at.push(network.clock.now()));
        second.setTimeout(4_000);
      });
      await network.sleep(60_000);
      return at;
    });
    expect(fired).toEqual([4_020]);
  });

  it('fires while a connection attempt is lost, and no more once the socket is destroyed', async () => {
    const fired = await onTwoHosts(async ({ net: network, app, api }) => {
      const at: number[] = [];
      network.partition(app, api);
      app.run(() => {
        const socket = net.connect({ port: 80, host: 'api.test', timeout: 2_000 });
        socket.on('error', () => {});
        socket.on('timeout', () => at.push(network.clock.now()));
        setTimeout(() => socket.destroy(), 3_000);
      });
      await network.sleep(60_000);
      return at;
    });
    expect(fired).toEqual([2_000]);
  });
});

describe('setTimeout of HTTP/2', () => {
  it('of a session of either side and of a stream', async () => {
    const fired = await onTwoHosts(async ({ net: network, app, api }) => {
      const at: Record<string, number> = {};
      const note = (name: string) => () => {
        at[name] = Math.floor(network.clock.now() / 1_000);
      };
      await api.run(() => {
        const server = http2.createServer();
        server.on('stream', () => {});
        server.on('session', (session) => session.setTimeout(7_000, note('server')));
        return listening(server, 80);
      });
      app.run(() => {
        const session = http2.connect('http://api.test');
        session.on('error', () => {});
        session.setTimeout(3_000, note('client'));
        const stream = session.request({ ':path': '/' });
        stream.on('error', () => {});
        stream.setTimeout(5_000, note('stream'));
      });
      await network.sleep(60_000);
      return at;
    });
    expect(fired).toEqual({ client: 3, stream: 5, server: 7 });
  });
});
