import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type FolderContents, readFolder } from '../../src/listing/read-folder.js';
import { TemporaryFolder } from '../support/harness.js';

/** What happens around the one reading of a folder, to whoever wins the race. */
const race = vi.hoisted(() => ({ before: (): void => {}, after: (): void => {} }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...original,
    opendir: async (...args: Parameters<typeof original.opendir>) => {
      race.before();
      try {
        return await original.opendir(...args);
      } finally {
        race.after();
      }
    },
  };
});

describe('a folder that is swapped for a link while it is read', () => {
  const temporary = new TemporaryFolder();
  const root = join(temporary.path, 'root');
  const folder = join(root, 'folder');
  const aside = join(root, 'aside');
  temporary.write('outside/secret.txt', 'SECRET');
  temporary.write('root/folder/file.txt', 'fine');
  const rules = { root, showDotfiles: false };

  const swap = (): void => {
    renameSync(folder, aside);
    symlinkSync(join(temporary.path, 'outside'), folder);
  };
  const restore = (): void => {
    unlinkSync(folder);
    renameSync(aside, folder);
  };
  const namesOf = (contents: FolderContents | null) => contents?.entries.map(({ name }) => name);

  afterEach(() => {
    race.before = () => {};
    race.after = () => {};
  });

  afterAll(() => temporary[Symbol.dispose]());

  it('is not there when the link stays', async () => {
    race.before = swap;
    expect(await readFolder(['folder'], rules)).toBeNull();
    restore();
  });

  it('names nothing of elsewhere when the folder is back at once', async () => {
    race.before = swap;
    race.after = restore;
    expect(namesOf(await readFolder(['folder'], rules))).toEqual([]);
  });

  it('is listed when nothing was swapped', async () => {
    expect(namesOf(await readFolder(['folder'], rules))).toEqual(['file.txt']);
  });
});
