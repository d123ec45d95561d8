import { existsSync } from 'node:fs';
import type { ByteStream } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { tlsTransport } from '@netlayers/node';
import { selfSigned, settleTurns, untilTurn } from '@netlayers/testkit';
import { describe, expect, it, vi } from 'vitest';

const IGNORE = { handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} };
const PIECE = new Uint8Array(0x1_0000);

describe.skipIf(!existsSync('/proc/self/net/tcp'))(
  'what the kernel holds of a stream of TLS',
  () => {
    it('is measured, beside what is not sealed yet', async () => {
      const identity = selfSigned();
      const options = { identity, ca: identity.cert, servername: 'localhost' };
      const transport = tlsTransport(kernelTransport(), options);
      let far: ByteStream | null = null;
      const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (stream) => {
        stream.pause();
        stream.setHandler(IGNORE);
        far = stream;
      });
      const near = await transport.connect({ host: '127.0.0.1', port: listener.port });
      near.setHandler(IGNORE);
      for (let count = 0; count < 400; count++) near.write(PIECE);
      await untilTurn(() => far !== null);
      await settleTurns();
      const shown = near.unacknowledged;
      expect(shown).toBeGreaterThan(0);
      // A look that was made for somebody else is good for a moment.
      await vi.waitFor(() => {
        const measured = near.measureUnacknowledged!();
        expect(measured).toBeGreaterThan(shown + 10_000);
        expect(measured).toBeLessThanOrEqual(400 * PIECE.length + 1000);
      });
      near.abort();
      expect(near.measureUnacknowledged!()).toBe(0);
      await transport.close();
    });
  },
);
