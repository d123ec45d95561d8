/** `--workers` on the kernel's TCP. */

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useServers } from '../servers.js';

const folder = mkdtempSync(join(tmpdir(), 'netlayers-workers-'));
const { start, run } = useServers(['--kernel-tcp', '--port', '0'], folder);

const json = async (url: string): Promise<number> => (await fetch(`${url}/json`)).status;

/** A request whose body never comes to its end. */
async function halfRequest(url: string): Promise<ReturnType<typeof connect>> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc');
  await once(socket, 'data');
  return socket;
}

describe('several workers on the kernel’s TCP', () => {
  it('serve one port, which is said once, and end in order', async () => {
    const server = start('--workers', '2');
    const url = await server.url();
    expect(server.children()).toHaveLength(2);
    await server.until(/Try curl/);
    for (let n = 0; n < 6; n++) expect(await json(url)).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(server.stdout.match(/^Serving /gm)).toHaveLength(1);
    expect(server.stdout).toContain("(on the kernel's TCP; 2 workers)");
    expect(server.stdout.match(/"GET \/json HTTP\/1\.1" 200 34$/gm)).toHaveLength(6);
    expect(server.stdout).toMatch(/Closed\n$/);
  });

  it('are replaced one by one as they die', async () => {
    const server = start('--workers', '2', '-v', 'info');
    const url = await server.url();
    const [first, second] = server.children();
    process.kill(first!, 'SIGKILL');
    await server.until(/Worker 1 serves again/);
    expect(server.stderr).toBe('warning Worker 1 was ended by SIGKILL; another one starts now\n');
    const now = server.children();
    expect(now).toContain(second);
    expect(now).not.toContain(first);
    for (let n = 0; n < 6; n++) expect(await json(url)).toBe(200);
    // One that is asked to end ends in order, and is replaced as well.
    process.kill(second!, 'SIGTERM');
    await server.until(/Worker 2 ended with exit code 0; another one starts now/);
    await server.until(/Worker 2 serves again/);
    expect(await json(url)).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('are given up when they die again and again', async () => {
    const server = start('--workers', '1');
    await server.url();
    const killed = new Set<number>();
    while (server.isRunning) {
      const child = server.children()[0];
      if (child !== undefined && !killed.has(child)) {
        process.kill(child, 'SIGKILL');
        killed.add(child);
      }
      await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    expect(await server.ended).toBe(1);
    expect(killed.size).toBe(6);
    expect(server.stderr).toMatch(/^error Worker 1 .*; 6 times in a row, so it is given up$/m);
  }, 30_000);

  it('that cannot begin say why, once', async () => {
    const server = start('--workers', '2', '--root', join(folder, 'missing'));
    expect(await server.ended).toBe(1);
    expect(server.stderr).toMatch(
      /^error There is no folder .*missing: choose another with --root\n$/,
    );
  });

  it('that cannot begin again say why', async () => {
    const root = join(folder, 'root');
    const file = join(folder, 'root/a.txt');
    mkdirSync(root);
    writeFileSync(file, 'text');
    const server = start('--workers', '1', '--root', root);
    await server.url();
    renameSync(root, join(folder, 'elsewhere'));
    process.kill(server.children()[0]!, 'SIGKILL');
    await server.until(/Worker 1: There is no folder .*; another one starts in 100 ms/);
    renameSync(join(folder, 'elsewhere'), root);
    await server.until(/Worker 1 serves again/);
    expect(await server.stop()).toBe(0);
  });

  it('let running requests finish', async () => {
    const server = start('--workers', '2');
    const socket = await halfRequest(await server.url());
    server.kill('SIGTERM');
    await server.until(/Closing/);
    socket.write('defghi');
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    await once(socket, 'close');
    expect(text).toContain('defghi');
    expect(await server.ended).toBe(0);
  });

  it('that are killed while they close are no orderly end', async () => {
    const server = start('--workers', '2');
    const socket = await halfRequest(await server.url());
    server.kill('SIGTERM');
    await server.until(/Closing/);
    for (const child of server.children()) {
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // The one that had nothing to do has ended meanwhile.
      }
    }
    expect(await server.ended).toBe(1);
    expect(server.stderr).toMatch(/^error Worker [12] was ended by SIGKILL while it closed$/m);
    socket.destroy();
  });

  it('are ended at once by a second signal', async () => {
    const server = start('--workers', '2');
    await halfRequest(await server.url());
    const children = server.children();
    server.kill('SIGTERM');
    await server.until(/Closing/);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(143);
    for (const child of children) {
      // Dead, or dying and not yet collected by the system.
      const state = (): string => {
        try {
          process.kill(child, 0);
          return 'there';
        } catch {
          return 'gone';
        }
      };
      while (state() === 'there') await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  it('are refused where one queue is all there is', async () => {
    for (const [args, line] of [
      [['--workers', '0'], '--workers is a whole number from 1 to 256'],
      [['--workers', '2', '--tun-fd', '0'], '--tun-fd is one queue, and --workers need several'],
      [['--workers', '2', '--tun-driver', 'tuntap2'], '--tun-driver tuntap2 has one queue'],
    ] as const) {
      const server = run(args);
      expect(await server.ended).toBe(2);
      expect(server.stderr).toContain(line);
    }
  });
});
