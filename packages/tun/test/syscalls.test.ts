import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSyscalls } from '../src/syscalls.js';

const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux)('the watch of a descriptor', () => {
  let folder = '';
  let fifo = -1;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netlayers-watch-'));
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    fifo = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  });

  afterEach(() => {
    closeSync(fifo);
    rmSync(folder, { recursive: true });
  });

  it('has ticks and microtasks of its callback run at once, not behind the next timer', async () => {
    const { watch } = await loadSyscalls();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      const watched = watch(fifo, (_failed, readable) => {
        if (!readable) return;
        readSync(fifo, new Uint8Array(1));
        watched.close();
        process.nextTick(() => order.push('tick'));
        queueMicrotask(() => order.push('microtask'));
        setTimeout(() => {
          order.push('timer');
          resolve();
        }, 20);
      });
      watched.want({ readable: true, writable: false });
      writeSync(fifo, 'x');
    });
    expect(order).toEqual(['tick', 'microtask', 'timer']);
  });
});
