/**
 * The kernel's TCP against ours where packets are lost, doubled, damaged and overtaken: both have
 * to recover, each in its own way, and no byte may be wrong.
 */

import { type Fault, faultDevice, type LinkDevice, type PacketDirection } from '@netlayers/link';
import { seededRandom } from '@netlayers/testkit';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { connect, drain, send } from '../support/kernel-end.js';
import { amount, report, TIMEOUT } from '../support/long.js';
import { OurEnd } from '../support/our-end.js';
import { ReorderingDevice } from '../support/reordering-device.js';
import { openTunStack, type TunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const MB = 1_000_000;

interface Network {
  readonly loss?: number;
  readonly duplication?: number;
  readonly corruption?: number;
  readonly reordering?: number;
}

/** Makes a device as bad as asked for, by a seed. */
function worsened(device: LinkDevice, network: Network, seed: number): LinkDevice {
  const random = seededRandom(seed);
  const { loss = 0, duplication = 0, corruption = 0, reordering = 0 } = network;
  const decide = (_: PacketDirection, __: number, ___: Uint8Array, at: number, end: number) => {
    const chance = random.fraction();
    const flip = (): Fault => ({ flipBits: [random.below((end - at) * 8)] });
    if (chance < loss) return 'drop';
    if (chance < loss + duplication) return 'duplicate';
    return chance < loss + duplication + corruption ? flip() : 'pass';
  };
  const overtaking = new ReorderingDevice(device, () => random.fraction() < reordering);
  return faultDevice(overtaking, decide);
}

async function exchange({ stack }: TunStack, length: number): Promise<void> {
  const accepted = new Promise<OurEnd>((resolve) => {
    stack.listen({ port: 80 }, (socket) => resolve(new OurEnd(socket)));
  });
  const client = await connect(80, { allowHalfOpen: true });
  const received = drain(client);
  void send(client, length);
  const server = await accepted;
  server.send(length);
  await server.ended;
  expect(server.check).toMatchObject({ received: length, firstWrong: -1 });
  expect(await received).toMatchObject({ received: length, firstWrong: -1 });
}

const NETWORKS: readonly (readonly [string, Network])[] = [
  ['1 % loss', { loss: 0.01 }],
  ['5 % loss', { loss: 0.05 }],
  ['10 % duplication', { duplication: 0.1 }],
  ['2 % corruption', { corruption: 0.02 }],
  ['10 % reordering', { reordering: 0.1 }],
  ['all of it', { loss: 0.03, duplication: 0.05, corruption: 0.01, reordering: 0.05 }],
];

describe.skipIf(!namespace.available)('a bad network between the kernel and us', () => {
  for (const [title, network] of NETWORKS) {
    it(`costs no byte in either direction: ${title}`, { timeout: TIMEOUT }, async () => {
      const seeds = amount(2, 20);
      const length = amount(0.5 * MB, 2 * MB);
      for (let seed = 1; seed <= seeds; seed++) {
        const startedAt = performance.now();
        const context = await openTunStack({ wrap: (tun) => worsened(tun, network, seed) });
        try {
          await exchange(context, length);
        } catch (error) {
          throw new Error(`${title}, seed ${seed}`, { cause: error });
        }
        const { retransmissions, retransmissionTimeouts } = context.stack.counters().tcp;
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
        report(
          `${title}, seed ${seed}: ${length / MB} MB each way in ${seconds} s, ${retransmissions} retransmissions, ${retransmissionTimeouts} time-outs`,
        );
        await context.close();
      }
    });
  }
});
