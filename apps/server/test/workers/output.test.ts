import { describe, expect, it } from 'vitest';
import { Lines, marked } from '../../src/workers/output.js';

describe('the output of a worker', () => {
  it('is passed on in whole lines', () => {
    const lines = new Lines();
    expect(['a', 'b\nc', '\n', 'd\ne\n', 'f'].map((text) => lines.take(text))).toEqual([
      '',
      'ab\n',
      'c\n',
      'd\ne\n',
      '',
    ]);
    expect([lines.end(), lines.end()]).toEqual(['f\n', '']);
  });

  it('can say whose it is', () => {
    expect(marked('one\ntwo\n', '[2]')).toBe('[2] one\n[2] two\n');
  });
});
