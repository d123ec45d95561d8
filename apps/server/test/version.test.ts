import { expect, it, vi } from 'vitest';
import { parseArguments } from '../src/command-line.js';

it('says which version it is, and serves nothing', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(await parseArguments(['-V'])).toBeNull();
    expect(write.mock.calls.join('')).toMatch(/^netlayers-server \d+\.\d+\.\d+ \(.*Node \d.*\)\n$/);
  } finally {
    write.mockRestore();
  }
});
