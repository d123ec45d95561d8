import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type NodeNetwork,
  replay,
  SimulationError,
  seeds,
  simulate,
  simulateAndReport,
} from '@netlayers/sim/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let captureFolder: string;
beforeEach(() => {
  captureFolder = mkdtempSync(join(tmpdir(), 'netlayers-failure-'));
});
afterEach(() => {
  rmSync(captureFolder, { recursive: true });
  vi.unstubAllEnvs();
});

/** Two hosts and one connection from one to the other. */
async function connectOnce(network: NodeNetwork): Promise<net.Socket> {
  const [app, api] = ['app.test', 'api.test'].map((name) => network.host(name));
  network.link(app!, api!, { delayMs: 10 });
  api!.run(() => net.createServer().listen(80));
  const socket = app!.run(() => net.connect(80, 'api.test'));
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

describe('a simulation that fails', () => {
  it('names seed, moment and capture, and how to see it again', async () => {
    const failing = simulate({ seed: 7, captureFolder }, async (network) => {
      await connectOnce(network);
      throw new RangeError('no such order');
    });
    const error: SimulationError = await failing.catch((reason) => reason);
    expect(error).toBeInstanceOf(SimulationError);
    expect(error).toMatchObject({ seed: 7, atMs: 20, cause: expect.any(RangeError) });
    expect(error.message.split('\n')).toEqual([
      'no such order',
      '  seed 7, after 20.000 ms of virtual time',
      `  packets: ${error.capturePath}`,
      '  again, told packet by packet: NETLAYERS_REPLAY=7 and the command of this run',
    ]);
    expect(error.capturePath).toMatch(/seed-7-[0-9a-f]{8}\.pcapng$/);
    const capture = readFileSync(error.capturePath!);
    expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(capture.includes('app.test > api.test: arrives 10.000 ms later')).toBe(true);
  });

  it('tells whose timers wait, and stands at its limit', async () => {
    const failing = simulate({ limitMs: 60_000, captureFolder: null }, async (network) => {
      const [app, api] = ['app.test', 'api.test'].map((name) => network.host(name));
      network.link(app!, api!);
      app!.run(() => [7_000, 9_000].map((ms) => setInterval(() => {}, ms)));
      await new Promise(() => {});
    });
    const error: SimulationError = await failing.catch((reason) => reason);
    expect(error.message).toContain('; waiting timers: app.test has 2\n');
    expect(error.atMs).toBe(60_000);
  });

  it('tells that nobody has timers', async () => {
    const waiting = simulate({ captureFolder: null }, () => new Promise(() => {}));
    await expect(waiting).rejects.toThrow('waiting timers: no host has any');
  });

  it('fails for what a handler throws, and leaves the process to itself', async () => {
    const failing = simulate({ captureFolder: null }, async (network) => {
      const socket = await connectOnce(network);
      socket.on('close', () => {
        throw new Error('in a handler');
      });
      socket.destroy();
      await network.sleep(1000);
    });
    await expect(failing).rejects.toThrow('in a handler');
    expect(await simulate({ captureFolder: null }, () => 'next')).toBe('next');
  });

  it('says what a program waits for that never comes', async () => {
    const forever = simulate({ captureFolder: null }, () => new Promise(() => {}));
    await expect(forever).rejects.toThrow('nothing is left to happen');
    await expect(forever).rejects.toThrow('let @netlayers/sim/node/register be the first import');
    const limited = simulate({ captureFolder: null, limitMs: 1000 }, (network) =>
      network.sleep(2000),
    );
    await expect(limited).rejects.toMatchObject({ cause: { code: 'ELIMIT' } });
  });
});

describe('a replay', () => {
  it('tells every packet', async () => {
    const lines: string[] = [];
    await replay(3, connectOnce, { narrate: (line) => lines.push(line) });
    expect(lines[0]).toMatch(
      /^ +0\.000 ms {2}app\.test > api\.test {2}\d+ > 80 SYN seq=\d+ .*arrives 10\.000 ms later$/,
    );
    expect(lines.map((line) => /(SYN-ACK|SYN|ACK|RST)/.exec(line)![0]).slice(0, 3)).toEqual([
      'SYN',
      'SYN-ACK',
      'ACK',
    ]);
  });

  it('is the only seed of a test that the environment names', () => {
    expect(seeds(3)).toEqual([1, 2, 3]);
    vi.stubEnv('NETLAYERS_REPLAY', '17');
    expect(seeds(3)).toEqual([17]);
    vi.stubEnv('NETLAYERS_REPLAY', 'x');
    expect(() => seeds(3)).toThrow('NETLAYERS_REPLAY=x is no seed');
    expect(() => seeds(0)).toThrow(RangeError);
  });
});

describe('two runs of a seed', () => {
  it('are the same, or the first packet that differs is named', async () => {
    const report = await simulateAndReport({ seed: 5, checkDeterminism: true }, connectOnce);
    expect(report.packets).toBeGreaterThan(2);
    let run = 0;
    const differing = simulate({ seed: 5, checkDeterminism: true }, async (network) => {
      const socket = await connectOnce(network);
      socket.write(`this is run ${++run}`);
      await network.sleep(100);
    });
    await expect(differing).rejects.toThrow(
      /two runs of seed 5 differ\npacket 3 of the first run: 20\.0000 ms app\.test > api\.test[\s\S]*of the second run/,
    );
  });
});
