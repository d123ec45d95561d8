/** A server of PostgreSQL's protocol, version 3: every query has one row, and `SLEEP` none, ever. */

import net from 'node:net';

const QUERY = 0x51;
const TEXT_TYPE = 25;

function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const READY = message('Z', 'I');
const AUTHENTICATED = message('R', [0, 0, 0, 0]);

/** The description of one column: no table, a text of any length, as text. */
function column(name) {
  const rest = Buffer.alloc(18);
  rest.writeInt32BE(TEXT_TYPE, 6);
  rest.writeInt16BE(-1, 10);
  return Buffer.concat([Buffer.from(`${name}\0`), rest]);
}

const row = (value) => [
  message('T', [0, 1], column('value')),
  message('D', [0, 1], [0, 0, 0, value.length], value),
  message('C', 'SELECT 1\0'),
  READY,
];

/** Answers a query with itself in small letters. */
export const postgresServer = () =>
  net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([AUTHENTICATED, READY]));
      socket.on('data', (data) => {
        if (data[0] !== QUERY) return;
        const sql = data.toString('utf8', 5, data.length - 1);
        if (sql !== 'SLEEP') socket.write(Buffer.concat(row(sql.toLowerCase())));
      });
    });
  });
