import { describe, expect, it } from 'vitest';
import { colorsOf, takesColors } from '../src/colors.js';

describe('colours', () => {
  it('begin and end around the text', () => {
    const { red, dim, areShown } = colorsOf(true);
    expect(areShown).toBe(true);
    expect(`${red('a')}${dim('b')}`).toBe('\x1b[31ma\x1b[39m\x1b[2mb\x1b[22m');
  });

  it('leave text as it is where they are not shown', () => {
    const { red, areShown } = colorsOf(false);
    expect(areShown).toBe(false);
    expect(red('a')).toBe('a');
  });

  it.each([
    [true, { isTTY: true }, {}],
    [false, {}, {}],
    [false, { isTTY: true }, { TERM: 'dumb' }],
    [false, { isTTY: true }, { NO_COLOR: '1' }],
    [true, { isTTY: true }, { NO_COLOR: '' }],
    [true, {}, { FORCE_COLOR: '1' }],
    [false, { isTTY: true }, { FORCE_COLOR: '0' }],
    [false, {}, { FORCE_COLOR: '1', NO_COLOR: '1' }],
  ])('are wanted (%s) by %j with %j', (wanted, stream, environment) => {
    expect(takesColors(stream, environment)).toBe(wanted);
  });
});
