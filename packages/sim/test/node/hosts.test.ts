import http from 'node:http';
import net from 'node:net';
import { simulate } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';

const options = { seed: 1, captureFolder: null };

describe('a host', () => {
  it('takes its timers with it when it crashes, and comes back without them', async () => {
    const ticks: string[] = [];
    await simulate(options, async (network) => {
      const [one, two] = ['one', 'two'].map((name) => network.host(name));
      network.link(one!, two!);
      for (const host of [one!, two!]) {
        host.run(() => setInterval(() => ticks.push(host.name), 1000));
      }
      network.at(2_500, () => one!.crash());
      network.at(4_500, () => {
        one!.restart();
        one!.run(() => setTimeout(() => ticks.push('again'), 100));
      });
      await network.sleep(5_500);
    });
    expect(ticks).toEqual(['one', 'two', 'one', 'two', 'two', 'two', 'again', 'two']);
  });

  it('answers connections of its former life with a reset', async () => {
    const seen: string[] = [];
    await simulate(options, async (network) => {
      const [app, api] = ['app.test', 'api.test'].map((name) => network.host(name));
      network.link(app!, api!, { delayMs: 10 });
      const serve = () => net.createServer((socket) => socket.on('error', () => {})).listen(80);
      api!.run(serve);
      app!.run(() => {
        const socket = net.connect(80, 'api.test');
        socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code!));
        setInterval(() => socket.write('ping'), 1000).unref();
      });
      network.at(3_500, () => api!.crash());
      network.at(4_500, () => api!.restart());
      await network.sleep(20_000);
    });
    expect(seen[0]).toBe('ECONNRESET');
  });

  it('keeps its agents, its dispatcher and localhost to itself', async () => {
    await simulate(options, async (network) => {
      const hosts = ['one', 'two', 'three'].map((name) => network.host(name));
      network.connectAll(hosts, { delayMs: 1 });
      const ask = async (url: string) => await (await fetch(url)).text();
      const get = (url: string) =>
        new Promise<string>((resolve, reject) => {
          const request = http.get(url, async (response) => {
            let all = '';
            for await (const chunk of response) all += chunk;
            resolve(all);
          });
          request.on('error', reject);
        });
      for (const host of hosts) {
        host.run(() =>
          http
            .createServer((request, response) => {
              response.end(`${host.name} to ${request.socket.remoteAddress}`);
            })
            .listen(80),
        );
      }
      for (const host of hosts) {
        const answers = await host.run(async () => [
          await ask('http://localhost/'),
          await ask('http://one/'),
          await get('http://one/'),
        ]);
        const from = host.name === 'one' ? hosts[0]!.address : host.address;
        expect(answers).toEqual([`${host.name} to 127.0.0.1`, `one to ${from}`, `one to ${from}`]);
      }
    });
  });

  it('is needed to connect, to listen and to look up', async () => {
    await expect(
      simulate(options, () => {
        net.connect(80, '10.0.0.1');
      }),
    ).rejects.toThrow('connect to 10.0.0.1:80: no host does this');
    await expect(
      simulate(options, () => {
        net.createServer().listen(80);
      }),
    ).rejects.toThrow('listen on port 80: no host does this');
  });

  it('reaches itself without a link, and nobody else', async () => {
    await simulate(options, async (network) => {
      const [app] = ['app.test', 'api.test'].map((name) => network.host(name));
      const codes = await app!.run(async () => {
        http.createServer((_request, response) => response.end('hello')).listen(3000);
        const urls = ['127.0.0.1', 'localhost', 'app.test', 'api.test'];
        return await Promise.all(
          urls.map((name) =>
            fetch(`http://${name}:3000/`).then(
              (response) => response.text(),
              (error: Error) => (error.cause as NodeJS.ErrnoException).code,
            ),
          ),
        );
      });
      expect(codes).toEqual(['hello', 'hello', 'hello', 'ENETUNREACH']);
    });
  });
});
