import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';
import { transfer } from './simulate.js';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** What tshark reads of a capture: one line a packet. */
function read(pcapng: Uint8Array, ...args: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-'));
  try {
    const file = join(folder, 'run.pcapng');
    writeFileSync(file, pcapng);
    const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
    const { stdout } = spawnSync('tshark', ['-r', file, ...checks, ...args], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run() {
  const network = createNetwork({ seed: 3, capture: true });
  const a = network.host({ address: '10.0.0.1', capture: true });
  const b = network.host({ address: '10.0.0.2', name: 'b.test' });
  const link = network.link(a, b, { delayMs: 10, loss: 0.05, duplicate: 0.05 });
  await transfer(network, a, b, 200_000);
  return { network, a, b, link };
}

describe('a capture', () => {
  it('has to be asked for', async () => {
    const network = createNetwork();
    expect(() => network.capture()).toThrow('capture: true');
    expect(() => network.host({ address: '10.0.0.1' }).capture()).toThrow('capture: true');
  });

  it('is the same for the same seed', async () => {
    expect((await run()).network.capture()).toEqual((await run()).network.capture());
  });

  it.skipIf(!hasTshark)('of the network has every packet once, with its fate', async () => {
    const { network, link } = await run();
    const pcapng = network.capture();
    const lines = read(pcapng, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.comment');
    const count = (text: string): number => lines.filter((line) => line.includes(text)).length;
    const all = link.there.packets + link.back.packets;
    const copies = link.there.duplicated + link.back.duplicated;
    expect(lines.length).toBe(all + copies);
    expect(count(': lost')).toBe(link.there.fates.lost + link.back.fates.lost);
    expect(count('a duplicate')).toBe(copies);
    expect(lines[0]).toMatch(/^946684800\.0+\s10\.0\.0\.1 > b\.test: arrives 10\.000 ms later$/);
    const bad = '_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0';
    expect(read(pcapng, '-Y', bad)).toEqual([]);
  });

  it.skipIf(!hasTshark)('of the network names its hosts', async () => {
    const { network } = await run();
    const fields = ['-T', 'fields', '-e', 'ip.src_host', '-e', 'ip.dst_host'];
    const [line] = read(network.capture(), '-N', 'n', ...fields);
    expect(line).toBe('10.0.0.1\tb.test');
  });

  it.skipIf(!hasTshark)('of a host has what it has sent and received', async () => {
    const { a, link } = await run();
    const lines = read(a.capture(), '-T', 'fields', '-e', 'ip.src');
    const sent = lines.filter((line) => line === '10.0.0.1').length;
    expect(sent).toBe(link.there.packets);
    const arrived = link.back.fates.sent + link.back.duplicated;
    expect(lines.length - sent).toBe(arrived);
  });
});
