/**
 * An HTTP server and an HTTP client on two simulated hosts: our HTTP on our TCP on our IPv4, over a
 * link with delay and loss, in one process and in virtual time.
 *
 * No root, no network, no ports of this machine. Run by `npm test`.
 */

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { Client } from '@netlayers/client';
import { Response, StatusCode } from '@netlayers/http';
import { Server } from '@netlayers/server';
import { createNetwork } from '@netlayers/sim';

// The same seed gives the same run; `capture` keeps every packet, also those that get lost.
const network = createNetwork({ seed: 2026, capture: true });
const serverHost = network.host({ name: 'server.test', address: '10.0.0.1' });
const clientHost = network.host({ name: 'client.test', address: '10.0.0.2' });
const link = network.link(clientHost, serverHost, {
  delayMs: 20,
  loss: 0.03,
  rateBitsPerSecond: 50e6,
});

const server = new Server({ clock: network.clock })
  .route('GET', '/json', () => Response.json({ message: 'hello from netlayers' }))
  .route('GET', '/bytes/:count', (request) =>
    new Response(StatusCode.Ok).body(new Uint8Array(Number(request.params.count))),
  )
  .any('/echo', async (request) => new Response(StatusCode.Ok).body(await request.bytes()));

await network.run(async () => {
  await server.listen(serverHost.transport, { port: 80 });
  const client = new Client({ transport: clientHost.transport, clock: network.clock });

  const timed = async (what: string, work: () => Promise<string>): Promise<void> => {
    const began = network.clock.now();
    const result = await work();
    console.log(
      `${what.padEnd(24)} ${(network.clock.now() - began).toFixed(0).padStart(6)} ms  ${result}`,
    );
  };

  await timed('GET /json', async () => (await client.get('http://server.test/json')).text());
  await timed('GET /json, kept alive', async () =>
    (await client.get('http://server.test/json')).text(),
  );
  await timed('POST /echo', async () => {
    const response = await client.post('http://server.test/echo', 'the same, please');
    return response.text();
  });
  await timed('GET /bytes/1000000', async () => {
    const response = await client.get('http://server.test/bytes/1000000');
    return `${(await response.bytes()).length} bytes`;
  });
  await timed('16 at once', async () => {
    const responses = await Promise.all(
      Array.from({ length: 16 }, () => client.get('http://server.test/bytes/1000')),
    );
    const bodies = await Promise.all(responses.map((response) => response.bytes()));
    return `${bodies.reduce((sum, body) => sum + body.length, 0)} bytes`;
  });

  await client.close();
  await server.close();
});

const lost = link.there.fates.lost + link.back.fates.lost;
console.log(`${link.there.packets + link.back.packets} packets, ${lost} of them lost`);

const file = process.argv[2];
if (file !== undefined) {
  writeFileSync(file, network.capture());
  console.log(`every one of them is in ${file}, for Wireshark`);
}
