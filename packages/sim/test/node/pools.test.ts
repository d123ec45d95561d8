import http from 'node:http';
import { type NodeHost, simulate } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';
import { listening, onTwoHosts } from './two-hosts.js';

type Get = (url: string) => Promise<string>;

const shared = new http.Agent({ keepAlive: true });

const getBy =
  (agent?: http.Agent): Get =>
  (url) =>
    new Promise((resolve, reject) => {
      const request = http.get(url, { ...(agent !== undefined && { agent }) }, (response) => {
        let text = '';
        response.on('data', (data) => {
          text += data;
        });
        response.on('end', () => resolve(text));
      });
      request.on('error', reject);
    });

/** From which addresses two hosts in turn, each three times, have reached a server; and over how many connections. */
const reached = (get: Get): Promise<[addresses: string[], connections: number]> =>
  simulate({ captureFolder: null }, async (net) => {
    const [api, first, second] = ['api.test', 'first.test', 'second.test'].map((name) =>
      net.host(name),
    ) as [NodeHost, NodeHost, NodeHost];
    net.connectAll([api, first, second], { delayMs: 5 });
    let connections = 0;
    await api.run(() => {
      const server = http.createServer((request, response) => {
        response.end(request.socket.remoteAddress);
      });
      server.on('connection', () => {
        connections++;
      });
      return listening(server, 80);
    });
    const addresses: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      for (const host of [first, second]) {
        addresses.push(await host.run(() => get('http://api.test/')));
      }
    }
    return [addresses, connections];
  });

describe('a connection that is kept alive is the one of its host', () => {
  it.each([
    ['the agent of the process', getBy()],
    ['an agent of the program', getBy(shared)],
    ['fetch', async (url: string) => (await fetch(url)).text()],
  ])('with %s', async (_name, get) => {
    const both = ['10.0.0.2', '10.0.0.3'];
    expect(await reached(get)).toEqual([[...both, ...both, ...both], 2]);
  });

  it.each([
    ['an agent of the program', getBy(shared)],
    ['fetch', async (url: string) => (await fetch(url)).text()],
  ])('and no run has one of the run before: with %s', async (_name, get) => {
    await reached(get);
    expect((await reached(get))[1]).toBe(2);
  });

  it.each([
    ['the agent of the process', getBy()],
    ['an agent of the program', getBy(shared)],
    ['fetch', async (url: string) => (await fetch(url)).text()],
  ])('and not the one of its life before: with %s', async (_name, get) => {
    const texts = await onTwoHosts(async ({ app, api }) => {
      await api.run(() =>
        listening(
          http.createServer((_, response) => response.end('x')),
          80,
        ),
      );
      const before = await app.run(() => get('http://api.test/'));
      app.restart();
      return [before, await app.run(() => get('http://api.test/'))];
    });
    expect(texts).toEqual(['x', 'x']);
  });
});
