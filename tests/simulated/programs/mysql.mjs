/** mysql2 on both sides: its own server, a pool, and a connection that a crash of the server ends. */

import mysql from 'mysql2';
import { codeOf, twoHosts } from '../hosts.mjs';

function serve() {
  const server = mysql.createServer();
  let id = 0;
  server.on('connection', (connection) => {
    // The server of mysql2 leaves it to its user to begin the numbers of packets anew.
    const begin = () => {
      connection.sequenceId = 0;
    };
    connection.on('error', () => {});
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.0',
      connectionId: ++id,
      statusFlags: 2,
      characterSet: 8,
      // All of them but TLS.
      capabilityFlags: 0x00_ff_f7_df & ~0x0800,
      authCallback: (_credentials, accept) => {
        accept(null);
        setImmediate(begin);
      },
    });
    connection.on('query', (sql) => {
      if (sql.startsWith('SLEEP')) return;
      const column = { catalog: 'def', schema: '', table: '', orgTable: '', name: 'value' };
      const rest = { orgName: 'value', characterSet: 33, columnLength: 384, columnType: 253 };
      connection.writeTextResult(
        [{ value: sql.toLowerCase() }],
        [{ ...column, ...rest, flags: 0, decimals: 0 }],
      );
      begin();
    });
  });
  return new Promise((resolve) => {
    server.listen(3306, resolve);
  });
}

export async function program(net) {
  const { app, api, link } = twoHosts(net);
  await api.run(serve);
  return app.run(async () => {
    const options = { host: 'api.test', user: 'u', password: 'p', connectTimeout: 4_000 };
    const pool = mysql.createPool({ ...options, connectionLimit: 3 }).promise();
    const ask = async (sql) => (await pool.query({ sql, timeout: 5_000 }))[0][0].value;
    const results = [await Promise.all(['A', 'B', 'C', 'D', 'E'].map(ask))];
    results.push(await codeOf(ask('SLEEP')));
    link.down();
    results.push(await codeOf(ask('F')));
    link.up();
    api.restart();
    results.push(await codeOf(ask('G')));
    await api.run(serve);
    await net.sleep(30_000);
    results.push(await codeOf(ask('H')), await ask('I'));
    // A query that took too long keeps its connection busy, and the end of the pool waits for it.
    const end = pool.end().then(() => 'ended');
    results.push(await Promise.race([end, net.sleep(600_000).then(() => 'still waiting')]));
    return results;
  });
}

/** What it returns. */
export const expected = [
  ['a', 'b', 'c', 'd', 'e'],
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNRESET',
  'no error',
  'i',
  'still waiting',
];
