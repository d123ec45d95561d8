import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { DescriptorPoll } from '../src/path/poll.js';

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const libc = process.platform === 'linux' ? koffi.load(null) : null;

describe.skipIf(libc === null)('a poll of descriptors', () => {
  it('waits as long as it is told, or until one can be read', () => {
    const ends = new Int32Array(2);
    libc!.func('pipe', 'int', ['_Out_ int32_t *'])(ends);
    const write = libc!.func('write', 'long', ['int', 'const char *', 'ulong']);
    const poll = new DescriptorPoll([ends[0]!]);
    const began = performance.now();
    poll.wait(2.5);
    expect(performance.now() - began).toBeGreaterThanOrEqual(2.5);
    expect(poll.isReady(0)).toBe(false);
    write(ends[1]!, 'x', 1);
    poll.wait(Number.POSITIVE_INFINITY);
    expect(poll.isReady(0)).toBe(true);
    poll.wait(0);
    expect(poll.isReady(0)).toBe(true);
  });
});
