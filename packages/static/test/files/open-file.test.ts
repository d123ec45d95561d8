import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openFile } from '../../src/files/open-file.js';
import { TemporaryFolder } from '../support/harness.js';

/** What happens around the one call of open(2), to whoever wins the race. */
const race = vi.hoisted(() => ({ before: (): void => {}, after: (): void => {} }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...original,
    open: async (...args: Parameters<typeof original.open>) => {
      race.before();
      try {
        return await original.open(...args);
      } finally {
        race.after();
      }
    },
  };
});

describe('a folder that is swapped for a link while a file in it is opened', () => {
  const temporary = new TemporaryFolder();
  const root = join(temporary.path, 'root');
  const folder = join(root, 'folder');
  const aside = join(root, 'aside');
  temporary.write('outside/file.txt', 'SECRET');
  temporary.write('root/folder/file.txt', 'fine');

  const swap = (): void => {
    renameSync(folder, aside);
    symlinkSync(join(temporary.path, 'outside'), folder);
  };
  const restore = (): void => {
    unlinkSync(folder);
    renameSync(aside, folder);
  };

  afterEach(() => {
    race.before = () => {};
    race.after = () => {};
  });

  it('leads nowhere when the link stays', async () => {
    race.before = swap;
    expect(await openFile(root, ['folder', 'file.txt'], false)).toBe('not-found');
    restore();
  });

  it('leads nowhere when the folder is back at once', async () => {
    race.before = swap;
    race.after = restore;
    expect(await openFile(root, ['folder', 'file.txt'], false)).toBe('not-found');
  });

  it('is served when nothing was swapped', async () => {
    const file = await openFile(root, ['folder', 'file.txt'], false);
    if (typeof file === 'string') throw new Error(file);
    expect(await file.handle.readFile('utf8')).toBe('fine');
    await file.handle.close();
    temporary[Symbol.dispose]();
  });
});
