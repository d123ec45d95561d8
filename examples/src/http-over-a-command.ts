/**
 * Our HTTP client over the pipes of a command, as with `ssh host -W localhost:80`: whatever reads its
 * standard input and writes its standard output is a connection.
 *
 * The command here is another Node that carries bytes to a server of this one. Run by `npm test`.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { Duplex } from 'node:stream';
import { Client } from '@netlayers/client';
import type { Transport } from '@netlayers/http';
import { byteStreamOf } from '@netlayers/node';

/** Connects by running a command; `command` says which for a host and a port. */
function commandTransport(command: (host: string, port: number) => string[]): Transport {
  return {
    connect: async ({ host, port }) => {
      const [name = '', ...args] = command(host, port);
      const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(child, 'spawn');
      return byteStreamOf(Duplex.from({ readable: child.stdout, writable: child.stdin }));
    },
    listen: () => Promise.reject(new Error('a command cannot be listened to')),
    close: async () => {},
  };
}

const CARRY =
  'const s = require("net").connect(+process.argv[1], "127.0.0.1");' +
  'process.stdin.pipe(s).pipe(process.stdout)';

const server = http.createServer((request, response) => request.pipe(response));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const transport = commandTransport(() => [process.execPath, '-e', CARRY, String(port)]);
const client = new Client({ transport });
for (const text of ['over', 'the pipes', 'of a command']) {
  const response = await client.post('http://somewhere.test/', new TextEncoder().encode(text));
  const echoed = await response.text();
  assert.equal(echoed, text);
  console.log(response.status, echoed);
}
await client.close();
server.close();
