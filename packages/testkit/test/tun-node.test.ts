import { closeSync, openSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { setTunMode } from '@netlayers/testkit/tun-node';
import { describe, expect, it } from 'vitest';

const namespace = enterNetworkNamespace();
const TUN = '/dev/net/tun';

describe.skipIf(!namespace.available)('a TUN node of the process', () => {
  it('has the mode that was asked for, works, and leaves the machine its own', async ({ skip }) => {
    // Starts the thread pool, which stays in the mount namespace of the machine.
    const before = await stat(TUN);
    for (const mode of [0o604, 0o640]) {
      const node = setTunMode(mode);
      if (!node.available) {
        console.warn(`skipped: ${node.reason}`);
        skip(node.reason);
      }
      expect(statSync(TUN).mode & 0o777).toBe(mode);
      closeSync(openSync(TUN, 'r+'));
      expect(await stat(TUN)).toMatchObject({ mode: before.mode, ino: before.ino });
    }
  });
});
