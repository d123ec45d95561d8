/**
 * The same corpus through Node's own HTTP server. We may be stricter than it; where we are more
 * lenient there is a clause that says so, and it is listed.
 */

import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { SMUGGLING_CORPUS } from '../support/smuggling-corpus.js';

/** What we take and Node refuses, and why. */
const TAKEN: Readonly<Record<string, string>> = {
  'TE with white space behind': 'RFC 9112, 5.1: white space around a value is no part of it',
  'TE with empty members': 'RFC 9110, 5.6.1.2: empty members of a list are ignored',
  'a chunk extension': 'RFC 9112, 7.1.1: white space around ";" and "=" is allowed',
  'white space before a chunk extension': 'RFC 9112, 7.1.1: white space before ";" is allowed',
  'a trailer that frames':
    'dropped, not refused: trailers are never merged into the header section',
  'version 1.2': 'RFC 9110, 6.2: a higher minor version is read as the highest one known',
};

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.end();
  });
});
server.on('connect', (_request, socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
afterAll(() => {
  server.close();
});

/** The first status with which Node answers, or 0 if it wants more. */
async function nodeStatus(text: string): Promise<number> {
  let sent = '';
  const socket = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      sent += Buffer.from(chunk).toString('latin1');
      done();
    },
  });
  socket.on('error', () => {});
  server.emit('connection', socket);
  socket.push(Buffer.from(text, 'latin1'));
  for (let turn = 0; turn < 20 && sent === ''; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(sent)?.[1] ?? 0);
}

describe("the corpus through Node's parser", () => {
  it.each(SMUGGLING_CORPUS.filter(([, , status]) => status === 0))('%s', async (name, text) => {
    expect(await nodeStatus(text)).toBe(TAKEN[name] === undefined ? 200 : 400);
  });

  it('is refused there too, most of it', async () => {
    let refused = 0;
    for (const [, text, status] of SMUGGLING_CORPUS) {
      if (status !== 0 && (await nodeStatus(text)) !== 200) refused++;
    }
    expect(refused).toBeGreaterThan(100);
  });
});
