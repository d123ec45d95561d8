/** pg with a small server of its protocol: a pool whose connections die, and time-outs. */

import pg from 'pg';
import { codeOf, listening, twoHosts } from '../hosts.mjs';
import { postgresServer } from '../servers/postgres.mjs';

export async function program(network) {
  const { app, api, link } = twoHosts(network);
  const serve = () => api.run(() => listening(postgresServer(), 5432));
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
