/**
 * Fastify on the kernel's loopback: 100 bytes.
 *
 *     http-fastify ADDRESS PORT
 */

import { createRequire } from 'node:module';
import process from 'node:process';
import { HELLO } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [address, port] = [process.argv[2]!, Number(process.argv[3])];

const { fastify } = createRequire(import.meta.url)('fastify') as typeof import('fastify');
const server = fastify({ keepAliveTimeout: 75_000 });
server.get('/', (_request, reply) => {
  void reply.type('text/plain').send(HELLO);
});
await server.listen({ host: address, port, backlog: 1024 });
answerLines();
