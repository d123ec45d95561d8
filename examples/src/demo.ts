/**
 * Shows the whole stack at work and explains every segment: `npm run demo`.
 *
 * In a network namespace of its own, which needs no root where the system lets users make one, our
 * server answers `curl` and our client over TUN devices, and every segment is printed with why it
 * was sent. It ends by itself, and leaves nothing behind: the namespace goes with the process.
 */

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@netlayers/client';
import { type LinkDevice, traceDevice } from '@netlayers/link';
import { createStack, type Stack } from '@netlayers/stack';
import { createTun } from '@netlayers/tun';
import pc from 'picocolors';
import { enableForwarding, insideNamespace, runInNamespace } from './demo/namespace.js';
import { fetchWithOther } from './demo/other-client.js';
import { describePacket, type Packet, packetKeeper } from './demo/packet.js';
import { SegmentStory } from './demo/segment-story.js';
import { demoServer } from './demo/server.js';

const OURS = '10.0.0.2';
const CLIENT = '10.0.0.6';
const URL = `http://${OURS}:8080/json`;
const LONGEST_MS = 15_000;

const say = (text = ''): void => console.log(text);
const title = (text: string): void => say(`\n${pc.bold(pc.cyan(text))}\n`);

async function openStack(
  address: string,
  story: SegmentStory,
  wrap = (device: LinkDevice): LinkDevice => device,
): Promise<Stack> {
  const tun = await createTun({ address });
  say(`${tun.name}: ${pc.green(`${tun.address} is ours`)}, ${tun.peer} is this machine's kernel`);
  return createStack({ device: wrap(tun), address, observer: story });
}

/** Our own client on a device of its own; the kernel forwards between the two. */
async function clientOnTun(): Promise<void> {
  const story = new SegmentStory('the server');
  const stack = await openStack(CLIENT, story);
  say('The kernel only forwards between the two devices. As the client sees it:\n');
  const client = new Client({ transport: stack.transport });
  for (let request = 0; request < 2; request++) await (await client.get(URL)).text();
  await client.close();
  await stack.close({ drainMs: 1000 });
  say(story.take());
}

async function main(): Promise<void> {
  title('1. Two ends of a wire: one is the kernel, the other is this program');
  const story = new SegmentStory('curl');
  const kept: Packet[] = [];
  const stack = await openStack(OURS, story, (tun) => traceDevice(tun, packetKeeper(kept)));
  const server = demoServer(story);
  await server.listen(stack.transport, { port: 8080 });
  const reply = await stack.ping('10.0.0.3');
  say(`ping: ${reply.address} answers our ICMP echo in ${reply.rttMs.toFixed(1)} ms`);

  title(`2. The kernel's TCP talks to ours: ${URL}`);
  const { name, command, output } = await fetchWithOther(URL);
  story.peer = name;
  await sleep(50);
  say(story.take());
  say(`\n${pc.dim(`$ ${command}`)}\n${output.trimEnd()}`);

  title('3. The response again, as the bytes of its one packet');
  for (const packet of kept) say(describePacket(packet));

  title('4. Our TCP on both ends: our client, two requests on one connection');
  if (enableForwarding()) await clientOnTun();
  else say('Left out: forwarding may not be switched on here.');

  const { tcp } = stack.counters();
  say(
    `\nAt the server ${tcp.segmentsReceived} segments came in and ${tcp.segmentsSent} went out, ` +
      `${tcp.retransmissions} of them for a second time.`,
  );
  say(pc.dim('Next: npm start, docs/architecture.md, npm run example'));
  await server.close({ deadlineMs: 1000 });
  await stack.close({ drainMs: 1000 });
}

if (insideNamespace()) {
  // Whoever reads has seen enough, e.g. head(1).
  process.stdout.on('error', () => process.exit(0));
  setTimeout(() => {
    console.error(`netlayers: the demo has not ended within ${LONGEST_MS / 1000} s`);
    process.exit(1);
  }, LONGEST_MS).unref();
  await main().catch((error: unknown) => {
    console.error(`netlayers: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  });
  process.exit(0);
} else {
  process.exitCode = await runInNamespace();
}
