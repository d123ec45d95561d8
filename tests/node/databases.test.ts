/**
 * Clients of real databases over a simulated link that loses every twentieth packet. The far host
 * carries what comes to the database's own socket; virtual time stands still while it works.
 */

import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { duplexOf, netOf } from '@netlayers/node';
import { createNetwork, type SimHost, type SimNetwork } from '@netlayers/sim';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/tools.js';
import { type Database, startPostgres, startRedis } from './databases.js';

const FAR = '10.0.0.2';
/** Real time without a byte of the database after which it waits for more of the question, in ms. */
const SILENCE_MS = 30;

/** Carries connections to a port of a simulated host to a database of the real world. */
async function carry(network: SimNetwork, far: SimHost, port: number, path: string): Promise<void> {
  const server = netOf(far.stack).createServer((socket) => {
    const real = net.connect(path);
    let release: (() => void) | null = null;
    let timer: NodeJS.Timeout | undefined;
    const goOn = (): void => {
      clearTimeout(timer);
      release?.();
      release = null;
    };
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(goOn, SILENCE_MS);
      if (release !== null) return;
      const answered = new Promise<void>((resolve) => {
        release = resolve;
      });
      void network.outside(answered);
    };
    socket.on('data', (chunk) => {
      real.write(chunk);
      wait();
    });
    real.on('data', (chunk) => {
      socket.write(chunk);
      wait();
    });
    socket.on('end', () => real.end()).on('error', () => real.destroy());
    real.on('close', () => {
      goOn();
      socket.end();
    });
  });
  server.listen(port, FAR);
  await once(server, 'listening');
}

function lossy(seed: number) {
  const network = createNetwork({ seed });
  const near = network.host({ address: '10.0.0.1' });
  const far = network.host({ address: FAR });
  network.link(near, far, { delayMs: 10, loss: 0.05 });
  return { network, near, far };
}

const databases: Database[] = [];
afterAll(async () => {
  for (const database of databases) await database.close();
});

const VALUE = 'netlayers '.repeat(20_000);

describe('databases over a lossy link', () => {
  it.skipIf(lacks('redis-server'))(
    'ioredis by a connector, pipelines and subscriptions',
    async () => {
      const redis = await startRedis();
      databases.push(redis);
      const { network, near, far } = lossy(1);
      await network.run(async () => {
        await carry(network, far, 6379, redis.path);
        class Connector {
          connecting = true;
          #socket: Socket | null = null;
          async connect(): Promise<Socket> {
            this.#socket = netOf(near.stack).connect(6379, FAR);
            return this.#socket;
          }
          disconnect(): void {
            this.connecting = false;
            this.#socket?.end();
          }
          check(): boolean {
            return true;
          }
        }
        const options = { Connector: Connector as never, retryStrategy: () => null };
        const client = new Redis(options);
        await client.set('key', VALUE);
        expect(await client.get('key')).toBe(VALUE);
        const pipeline = client.pipeline();
        for (let at = 0; at < 100; at++) pipeline.incr('count');
        expect((await pipeline.exec())?.at(-1)).toEqual([null, 100]);
        const listener = client.duplicate();
        await listener.subscribe('news');
        const message = once(listener, 'message');
        await client.publish('news', 'over our TCP');
        expect(await message).toEqual(['news', 'over our TCP']);
        await client.quit();
        await listener.quit();
      });
    },
  );

  it.skipIf(lacks('initdb') || lacks('postgres'))(
    'pg by a stream, which it connects itself',
    async () => {
      const postgres = await startPostgres();
      databases.push(postgres);
      const { network, near, far } = lossy(2);
      await network.run(async () => {
        await carry(network, far, 5432, postgres.path);
        const socket = await near.stack.connect({ host: FAR, port: 5432 });
        const client = new pg.Client({
          user: 'postgres',
          database: 'postgres',
          stream: () => duplexOf(socket) as unknown as Socket,
        });
        await client.connect();
        await client.query('create table notes (id serial primary key, body text)');
        await client.query('insert into notes (body) values ($1), ($2)', [VALUE, 'second']);
        const { rows } = await client.query('select id, body from notes order by id');
        expect(rows).toEqual([
          { id: 1, body: VALUE },
          { id: 2, body: 'second' },
        ]);
        await expect(client.query('select nothing from nowhere')).rejects.toMatchObject({
          code: '42P01',
        });
        await client.end();
      });
    },
  );
});
