import http from 'node:http';
import net from 'node:net';
import { simulateAndReport } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';

describe('a program on simulated hosts', () => {
  it('talks over node:net, in virtual time', async () => {
    const run = () =>
      simulateAndReport({ seed: 7 }, async (network) => {
        const api = network.host('api.test');
        const app = network.host('app.test');
        network.link(app, api, { delayMs: 20, loss: 0.05 });
        await api.run(
          () =>
            new Promise<void>((resolve) => {
              net.createServer((socket) => socket.pipe(socket)).listen(80, resolve);
            }),
        );
        const text = await app.run(
          () =>
            new Promise<string>((resolve, reject) => {
              const socket = net.connect(80, 'api.test');
              let all = '';
              socket.on('data', (data) => {
                all += data;
              });
              socket.on('error', reject);
              socket.on('end', () => resolve(all));
              socket.end('x'.repeat(100_000));
            }),
        );
        expect(text.length).toBe(100_000);
        await new Promise((resolve) => setTimeout(resolve, 60_000));
        return Date.now();
      });
    const first = await run();
    expect(first.durationMs).toBeGreaterThan(60_000);
    expect(new Date(first.result).getUTCFullYear()).toBe(2000);
    expect((await run()).digest).toBe(first.digest);
  });

  it('serves http and fetch', async () => {
    const { result } = await simulateAndReport({ seed: 1 }, async (network) => {
      const api = network.host('api.test');
      const app = network.host('app.test');
      network.link(app, api, { delayMs: 20 });
      await api.run(
        () =>
          new Promise<void>((resolve) => {
            http
              .createServer((request, response) => response.end(`you asked for ${request.url}`))
              .listen(80, resolve);
          }),
      );
      return await app.run(async () => {
        const response = await fetch('http://api.test/x');
        return [await response.text(), response.headers.get('date')];
      });
    });
    expect(result[0]).toBe('you asked for /x');
    expect(result[1]).toMatch(/2000 00:00:00 GMT$/);
  });
});
