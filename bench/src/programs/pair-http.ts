/**
 * A client and a server of ours on two stacks in one process: requests one after the other, each answered
 * with 100 bytes, on a connection that is kept, or each on one of its own.
 *
 *     pair-http keep|close
 */

import process from 'node:process';
import { Client } from '@netlayers/client';
import { Response, StatusCode } from '@netlayers/http';
import { Server } from '@netlayers/server';
import { HELLO } from '../process/contents.js';
import { FAR, joinedStacks } from '../process/joined-stacks.js';
import { answerLines } from '../process/lines.js';
import { oneByOne } from '../process/one-by-one.js';

const ends = process.argv[2] === 'close';

const { near, far } = joinedStacks();
const server = new Server().route('GET', '/', () => {
  const response = new Response(StatusCode.Ok).header('Content-Type', 'text/plain').body(HELLO);
  return ends ? response.header('Connection', 'close') : response;
});
await server.listen(far.transport, { port: 80 });
const client = new Client({ transport: near.transport });

answerLines({
  requests: oneByOne(async () => (await client.get(`http://${FAR}/`)).text()),
});
