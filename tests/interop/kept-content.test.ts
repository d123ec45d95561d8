/**
 * Content that a request brings over a TUN device and that is never copied on the way: what a reader was
 * given stays as it was, whatever comes in behind it.
 */

import { Response } from '@netlayers/http';
import { Server } from '@netlayers/server';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../support/http-service.js';
import { TIMEOUT } from '../support/long.js';
import { PatternCheck, pattern } from '../support/pattern.js';
import { OURS, openTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const LENGTH = 20 * 1024 * 1024;

describe.skipIf(!namespace.available)('content of a request over TUN', () => {
  it.each([
    [true, false],
    [true, true],
    [false, false],
  ])(
    'is right in pieces that are all kept to the end, offload: %j, slow reader: %j',
    async (offload, isSlow) => {
      const { stack } = await openTunStack({ tun: { offload } });
      const pieces: Uint8Array[] = [];
      const server = new Server({ limits: { bodyBytes: 2 * LENGTH } }).route(
        'POST',
        '/',
        async (request) => {
          for await (const piece of request) {
            pieces.push(piece);
            if (isSlow) await new Promise((resolve) => setImmediate(resolve));
          }
          return Response.text('read');
        },
      );
      await server.listen(stack.transport, { host: OURS, port: 80 });
      onTestFinished(() => server.close({ graceMs: 0 }));
      const { status } = await ask('/', { method: 'POST', body: pattern(LENGTH) });
      const check = new PatternCheck();
      for (const piece of pieces) check.take(piece);
      expect([status, check.received, check.firstWrong]).toEqual([200, LENGTH, -1]);
      // Nothing that is copied lies in so long a memory.
      const kept = pieces.filter(({ buffer }) => buffer.byteLength > 0x1_0000);
      if (offload && !isSlow) expect(kept.length).toBeGreaterThan(pieces.length / 2);
      if (!offload) expect(kept.length).toBe(0);
    },
    TIMEOUT,
  );
});
