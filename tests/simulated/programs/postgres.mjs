/** pg with a small server of its protocol: a pool whose connections die, and time-outs. */

import net from 'node:net';
import pg from 'pg';
import { codeOf, listening, twoHosts } from '../hosts.mjs';

function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const READY = message('Z', 'I');
const WELCOME = Buffer.concat([message('R', [0, 0, 0, 0]), READY]);

/** A row with one column of text. */
function row(value) {
  const column = [
    ...Buffer.from('value\0'),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    25,
    255,
    255,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const length = [0, 0, 0, value.length];
  return Buffer.concat([
    message('T', [0, 1], column),
    message('D', [0, 1], length, value),
    message('C', 'SELECT 1\0'),
    READY,
  ]);
}

const server = () =>
  net.createServer((socket) => {
    let isStarted = false;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (!isStarted) {
        isStarted = true;
        socket.write(WELCOME);
        return;
      }
      if (data[0] !== 0x51) return;
      const sql = data.toString('utf8', 5, data.length - 1);
      if (sql !== 'SLEEP') socket.write(row(sql.toLowerCase()));
    });
  });

export async function program(network) {
  const { app, api, link } = twoHosts(network);
  const serve = () => api.run(() => listening(server(), 5432));
  await serve();
  return app.run(async () => {
    const options = { host: 'api.test', user: 'u', database: 'd', keepAlive: true, max: 3 };
    const pool = new pg.Pool({ ...options, connectionTimeoutMillis: 4_000, query_timeout: 2_000 });
    const lost = [];
    pool.on('error', (error) => lost.push(error.code ?? error.message));
    const ask = async (sql) => (await pool.query(sql)).rows[0].value;
    const results = [await Promise.all(['A', 'B', 'C', 'D'].map(ask))];
    results.push(await pool.query('SLEEP').catch((error) => error.message));
    link.down();
    results.push(await pool.query('E').catch((error) => error.message));
    link.up();
    api.restart();
    results.push(await codeOf(ask('F')), await codeOf(ask('G')));
    await serve();
    await network.sleep(20_000);
    results.push(await ask('H'));
    await pool.end();
    return { results, lost };
  });
}

/** What it returns. */
export const expected = {
  results: [
    ['a', 'b', 'c', 'd'],
    'Query read timeout',
    'Query read timeout',
    'ECONNRESET',
    'ECONNREFUSED',
    'h',
  ],
  lost: [],
};
