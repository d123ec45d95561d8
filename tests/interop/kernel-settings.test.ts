/**
 * Our TCP against a kernel that is set up in every way: with and without timestamps, selective
 * acknowledgment and window scaling, and against ourselves without them.
 */

import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { connect, drain, listen, send } from '../support/kernel-end.js';
import { OurEnd } from '../support/our-end.js';
import { KERNELS, openTunStack, setIpv4 } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const LENGTH = 1_000_000;
const BOTH = [true, false];

interface Features {
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly windowScaling: boolean;
}

const GRID: readonly Features[] = BOTH.flatMap((timestamps) =>
  BOTH.flatMap((sack) => BOTH.map((windowScaling) => ({ timestamps, sack, windowScaling }))),
);

const titleOf = ({ timestamps, sack, windowScaling }: Features): string =>
  `${timestamps ? '' : 'no '}timestamps, ${sack ? '' : 'no '}SACK, ${windowScaling ? '' : 'no '}window scaling`;

/** Sends both ways on one connection that the kernel opens, and on one that we open. */
async function exchange(tcp: Partial<Features>): Promise<void> {
  const { stack } = await openTunStack({ tcp });
  const accepted = new Promise<OurEnd>((resolve) => {
    stack.listen({ port: 80 }, (socket) => resolve(new OurEnd(socket)));
  });
  const client = await connect(80, { allowHalfOpen: true });
  void send(client, LENGTH);
  const server = await accepted;
  server.send(LENGTH);
  expect(await drain(client)).toMatchObject({ received: LENGTH, firstWrong: -1 });
  await server.ended;
  expect(server.check).toMatchObject({ received: LENGTH, firstWrong: -1 });

  const kernel = await listen(
    async (socket) => {
      void send(socket, LENGTH);
      expect(await drain(socket)).toMatchObject({ received: LENGTH, firstWrong: -1 });
    },
    { allowHalfOpen: true },
  );
  const ours = new OurEnd(await stack.connect({ host: KERNELS, port: kernel.port }));
  ours.send(LENGTH);
  await ours.ended;
  expect(ours.check).toMatchObject({ received: LENGTH, firstWrong: -1 });
  expect(await ours.closed).toBeNull();
  kernel.close();
}

describe.skipIf(!namespace.available)('a kernel with', () => {
  for (const features of GRID) {
    it(titleOf(features), async () => {
      setIpv4('tcp_timestamps', Number(features.timestamps));
      setIpv4('tcp_sack', Number(features.sack));
      setIpv4('tcp_window_scaling', Number(features.windowScaling));
      try {
        await exchange({});
      } finally {
        for (const name of ['tcp_timestamps', 'tcp_sack', 'tcp_window_scaling']) setIpv4(name, 1);
      }
    });
  }
});

describe.skipIf(!namespace.available)('ourselves with', () => {
  for (const features of GRID) {
    it(titleOf(features), () => exchange(features));
  }
});
