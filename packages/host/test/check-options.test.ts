import { checkOptions, type OptionNames } from '@netlayers/host';
import { describe, expect, it } from 'vitest';

interface Options {
  readonly device: string;
  readonly address?: string;
}
const names: OptionNames<Options> = { device: 'needed', address: 'optional' };
const check = (options: unknown) => () => checkOptions('createStack', options as Options, names);

describe('options', () => {
  it('pass when every name is known and nothing is missing', () => {
    expect(check({ device: 'a' })).not.toThrow();
    expect(check({ device: 'a', address: undefined })).not.toThrow();
  });

  it('are told in one line what is wrong with them', () => {
    const cases: readonly [unknown, string][] = [
      [{ device: 'a', adress: 'b' }, 'createStack has no option adress; is it address?'],
      [{ device: 'a', port: 1 }, 'createStack has no option port; it has device, address'],
      [{}, 'createStack needs the option device'],
      [undefined, 'createStack takes an object of options, not undefined'],
      ['tun0', 'createStack takes an object of options, not tun0'],
    ];
    for (const [options, message] of cases) expect(check(options)).toThrow(new TypeError(message));
  });
});
