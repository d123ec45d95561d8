import { existsSync } from 'node:fs';
import type { ByteStream } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { describe, expect, it, vi } from 'vitest';

const IGNORE = { handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} };

/** A connection whose far end does not read, with more written than both kernels take. */
async function stuck(host: string): Promise<{ near: ByteStream; close(): Promise<void> }> {
  const transport = kernelTransport();
  const listener = await transport.listen({ host, port: 0 }, (stream) => {
    stream.pause();
    stream.setHandler(IGNORE);
  });
  const near = await transport.connect({ host: listener.address, port: listener.port });
  near.setHandler(IGNORE);
  const piece = new Uint8Array(0x1_0000);
  for (let i = 0; i < 400; i++) near.write(piece);
  await new Promise((resolve) => setImmediate(resolve));
  return {
    near,
    close: async () => {
      near.abort();
      await transport.close();
    },
  };
}

describe.skipIf(!existsSync('/proc/self/net/tcp'))('what the kernel holds of a stream', () => {
  for (const host of ['127.0.0.1', '::1', '::']) {
    it(`is measured of a connection to ${host}`, async ({ skip }) => {
      let connection: Awaited<ReturnType<typeof stuck>>;
      try {
        connection = await stuck(host);
      } catch {
        return skip('this machine has no IPv6');
      }
      const { near, close } = connection;
      const shown = near.unacknowledged;
      expect(shown).toBeGreaterThan(0);
      // A look that was made for somebody else is good for a moment.
      await vi.waitFor(() => {
        const measured = near.measureUnacknowledged!();
        expect(measured).toBeGreaterThan(shown + 10_000);
        expect(measured).toBeLessThanOrEqual(400 * 0x1_0000);
      });
      await close();
    });
  }
});
