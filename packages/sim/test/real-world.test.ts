import { exec } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createNetwork } from '@netlayers/sim';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** Every packet of a transfer with loss, and what a program that waits has seen. */
async function trace(): Promise<string> {
  const events: string[] = [];
  const network = createNetwork({
    seed: 7,
    observe: (e) => void events.push(`${e.atMs} ${e.from} ${e.fate} ${e.end - e.start}`),
  });
  const a = network.host({ address: '10.0.0.1' });
  const b = network.host({ address: '10.0.0.2', name: 'b.test' });
  network.link(a, b, { delayMs: 5, loss: 0.05 });
  network.resolver.impair({ delayMs: 3 });
  network.at(40, () => void events.push('script'));
  b.stack.listen({ port: 80 }, (socket) => void socket.readable.pipeTo(socket.writable));
  await network.run(async () => {
    const socket = await a.connect({ host: 'b.test', port: 80 });
    const writer = socket.writable.getWriter();
    void writer.write(new Uint8Array(50_000)).then(() => writer.close());
    let bytes = 0;
    for await (const chunk of socket.readable) bytes += chunk.length;
    events.push(`${bytes} bytes at ${network.clock.now()}`);
    await network.sleep(1_000);
  });
  return events.join('\n');
}

describe('fake timers of a test', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('set before the network is made change nothing', async () => {
    const real = await trace();
    vi.useFakeTimers({
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'queueMicrotask',
        'performance',
        'Date',
      ],
    });
    expect(await trace()).toBe(real);
  });

  it('do not make a deadlock hang', async () => {
    vi.useFakeTimers();
    const run = createNetwork().run(() => new Promise(() => {}));
    await expect(run).rejects.toMatchObject({ code: 'EDEADLOCK' });
  });
});

describe('the real world', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'netlayers-sim-')), 'a-module.mjs');
  writeFileSync(file, `export const text = 'loaded';${'// long\n'.repeat(100_000)}`);
  // A short one: the test runner reads it through, and how long that takes is the machine's.
  const module = join(dirname(file), 'a-short-module.mjs');
  writeFileSync(module, "export const text = 'loaded';");

  it('holds the clock while a file is read', async () => {
    const network = createNetwork();
    const ticks: number[] = [];
    for (let at = 1; at <= 100; at++) network.at(at, () => void ticks.push(at));
    await network.run(async () => {
      await network.sleep(10);
      for (let round = 0; round < 5; round++) {
        expect((await readFile(file)).length).toBe(readFileSync(file).length);
      }
      expect(network.clock.now()).toBe(10);
      await network.sleep(100);
    });
    expect(ticks).toHaveLength(100);
  });

  it('is no deadlock while a file is read, a module loaded, or a child process runs', async () => {
    const network = createNetwork();
    const result = await network.run(async () => {
      await readFile(file);
      const { text } = await import(pathToFileURL(module).href);
      const { stdout } = await promisify(exec)('sleep 0.7; echo child');
      return `${text} ${stdout.trim()} ${network.clock.now()}`;
    });
    expect(result).toBe('loaded child 0');
  });

  it('is waited for without end when it is said to be outside', async () => {
    const network = createNetwork();
    const at = await network.run(async () => {
      void network.sleep(5);
      await network.outside(new Promise((resolve) => setTimeout(resolve, 1_000)));
      return network.clock.now();
    });
    expect(at).toBe(0);
  });
});
