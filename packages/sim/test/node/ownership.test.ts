import net, { type Socket } from 'node:net';
import { simulate } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';
import { listening, onTwoHosts } from './two-hosts.js';

const echo = () =>
  listening(
    net.createServer((socket) => socket.pipe(socket)),
    80,
  );

/** What becomes of a text that is written to an echo. */
const echoed = (socket: Socket, text: string): Promise<string> =>
  new Promise((resolve) => {
    socket.once('data', (data) => resolve(data.toString()));
    // Who waits for the end has it too.
    socket.once('error', ({ message }) => socket.once('close', () => resolve(message)));
    socket.write(text);
  });

describe('a connection', () => {
  it('is not written on by another host', async () => {
    const seen = await simulate({ captureFolder: null }, async (network) => {
      const [api, first, second] = ['api.test', 'first.test', 'second.test'].map((name) =>
        network.host(name),
      ) as [ReturnType<typeof network.host>, ...ReturnType<typeof network.host>[]];
      network.connectAll(network.hosts);
      await api.run(echo);
      const socket = first!.run(() => net.connect(80, 'api.test'));
      return [
        await first!.run(() => echoed(socket, 'mine')),
        await echoed(socket, 'of the test itself'),
        await second!.run(() => echoed(socket, 'not mine')),
        socket.destroyed,
      ];
    });
    expect(seen).toEqual([
      'mine',
      'of the test itself',
      expect.stringMatching(/^second\.test writes on a connection of first\.test: give each host/),
      true,
    ]);
  });

  it('is not written on after its host has crashed', async () => {
    const seen = await onTwoHosts(async ({ app, api }) => {
      await api.run(echo);
      const socket = await app.run(async () => {
        const made = net.connect(80, 'api.test');
        await echoed(made, 'x');
        return made;
      });
      app.restart();
      return app.run(() => echoed(socket, 'y'));
    });
    expect(seen).toMatch(/^app\.test writes on a connection of an earlier app\.test/);
  });

  it('of the run before is not written on', async () => {
    let kept: Socket | null = null;
    const run = () =>
      onTwoHosts(async ({ app, api }) => {
        await api.run(echo);
        return app.run(() => {
          const socket = kept ?? net.connect(80, 'api.test');
          kept = socket;
          return echoed(socket, 'x');
        });
      });
    expect(await run()).toBe('x');
    expect(await run()).toMatch(/an earlier app\.test.*, or isolate the run$/);
  });
});
