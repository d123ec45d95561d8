import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codingsOf } from '../../node/coding/codings.js';

const bytes = Buffer.from('to be coded '.repeat(50));

describe('codings', () => {
  it.each([...codingsOf().values()])('$name comes back as it was', async (coding) => {
    const decode = async (coded: Uint8Array): Promise<string> => {
      const decoder = coding.decoder();
      decoder.end(coded);
      const parts: Buffer[] = [];
      for await (const part of decoder) parts.push(part);
      return Buffer.concat(parts).toString();
    };
    expect(await decode(coding.encodeNow(bytes))).toBe(bytes.toString());
    expect(await decode(await coding.encode(bytes))).toBe(bytes.toString());
  });

  it('have zstd where this Node has it', () => {
    expect(codingsOf().has('zstd')).toBe('createZstdCompress' in zlib);
  });

  it('take zstd from a Node that has it, with its level', () => {
    const seen: unknown[] = [];
    const host = {
      ...zlib,
      constants: { ...zlib.constants, ZSTD_c_compressionLevel: 100 },
      createZstdCompress: (options: unknown) => seen.push(options),
      createZstdDecompress: () => 'decoder',
      zstdCompress: () => {},
      zstdCompressSync: (given: Uint8Array) => given,
    } as unknown as typeof zlib;
    const zstd = codingsOf({ zstd: 9 }, host).get('zstd')!;
    zstd.encoder();
    expect(seen).toEqual([{ params: { 100: 9 } }]);
    expect([...codingsOf({}, host).keys()]).toEqual(['zstd', 'br', 'gzip', 'deflate']);
  });
});
