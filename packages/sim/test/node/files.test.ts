import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simulate } from '@netlayers/sim/node';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'netlayers-files-'));
const file = join(folder, 'file');
writeFileSync(file, 'text');

afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that is read whole', () => {
  it('is there in the turn that asks for it, whatever a thread would take', async () => {
    const order = await simulate({ seed: 1 }, async () => {
      const order: string[] = [];
      setImmediate(() => order.push('before'));
      fs.readFile(file, 'utf8', (_error, text) => order.push(`callback ${text}`));
      const promised = readFile(pathToFileURL(file), { encoding: 'utf8' }).then((text) =>
        order.push(`promise ${text}`),
      );
      setImmediate(() => order.push('behind'));
      await promised;
      await new Promise((resolve) => setImmediate(resolve));
      return order;
    });
    expect(order).toEqual(['before', 'callback text', 'promise text', 'behind']);
  });

  it('is bytes without an encoding, and fails as everywhere', async () => {
    await simulate({ seed: 1 }, async () => {
      expect(await readFile(file)).toEqual(Buffer.from('text'));
      const missing = join(folder, 'missing');
      const gone = { code: 'ENOENT', syscall: 'open', path: missing };
      await expect(readFile(missing)).rejects.toMatchObject(gone);
      const told = await new Promise((resolve) => fs.readFile(missing, resolve));
      expect(told).toMatchObject(gone);
      await expect(readFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
      const aborted = readFile(file, { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      expect(() => fs.readFile(1.5, () => {})).toThrow(/"path"|"fd"/);
      const handle = await fs.promises.open(file);
      expect(await readFile(handle, 'utf8')).toBe('text');
      await handle.close();
    });
  });
});
