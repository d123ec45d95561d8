import { PassThrough } from 'node:stream';
import { colorsOf } from '@netlayers/common';
import { describe, expect, it } from 'vitest';
import { prettyJson } from '../src/show/pretty-json.js';
import { lineOf, ProgressBars, shownBytes } from '../src/show/progress-bars.js';

const PLAIN = colorsOf(false);
const COLORS = colorsOf(true);

describe('JSON on a terminal', () => {
  it('is indented, with every number and text as it came', () => {
    const text = '{"a":[1,2.50,1e400,{},[]],"b":"x\\"y: {,","n":12345678901234567890,"z":null}';
    expect(prettyJson(text, PLAIN)).toBe(
      '{\n  "a": [\n    1,\n    2.50,\n    1e400,\n    {},\n    []\n  ],\n' +
        '  "b": "x\\"y: {,",\n  "n": 12345678901234567890,\n  "z": null\n}\n',
    );
  });

  it('is coloured, names otherwise than texts', () => {
    const shown = prettyJson('{"a":"a"}', COLORS) ?? '';
    expect(shown).toBe(`{\n  ${COLORS.blue('"a"')}: ${COLORS.green('"a"')}\n}\n`);
  });

  it('is left alone where it is none', () => {
    expect(prettyJson('{"a":1', PLAIN)).toBeNull();
    expect(prettyJson('', PLAIN)).toBeNull();
  });
});

describe('a bar', () => {
  it('tells how far a file is', () => {
    const payload = { name: 'file', known: true, begun: 0, from: 0 };
    const half = lineOf({ value: 5_000_000, total: 10_000_000 }, payload, 1000);
    expect(half).toBe(
      `file ${'█'.repeat(15)}${'░'.repeat(15)} 50% 5.0 MB of 10.0 MB 5.0 MB/s 1 s left`,
    );
    const done = lineOf({ value: 10_000_000, total: 10_000_000 }, payload, 2000);
    expect(done).toContain('100% 10.0 MB of 10.0 MB 5.0 MB/s in 2.0 s');
    expect(lineOf({ value: 0, total: 0 }, payload, 1)).toContain('100% 0 B of 0 B');
  });

  it('does without what nobody knows, and counts from where it goes on', () => {
    const payload = { name: 'file', known: false, begun: 0, from: 1000 };
    expect(lineOf({ value: 3000, total: 0 }, payload, 1000)).toBe('file 3.0 kB 2.0 kB/s');
  });

  it('is written to a terminal, and gives the cursor back', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
    const bars = new ProgressBars(terminal);
    const progress = bars.open();
    progress.begin('file', 0, 10);
    progress.add(10);
    progress.end();
    bars.close();
    const written = String(terminal.read(terminal.readableLength));
    expect(written).toContain('file ██████████████████████████████ 100% 10 B of 10 B');
    expect(written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(written.lastIndexOf('\x1b[?25l'));
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_600, '1.0 MB'],
    [123_456_789, '123 MB'],
  ])('shows %d bytes as %s', (bytes, text) => expect(shownBytes(bytes)).toBe(text));
});
