import { describe, expect, it } from 'vitest';
import { chooseTransport } from '../src/transport-choice.js';
import { TUN_OPTION_NAMES } from '../src/tun-settings.js';

const choose = (given: Parameters<typeof chooseTransport>[0]) =>
  chooseTransport(given, TUN_OPTION_NAMES);

describe('whose TCP is meant', () => {
  it('is left open where nobody says anything about it', () => {
    expect(choose({ transport: 'auto' })).toBe('auto');
    expect(choose({ transport: 'kernel' })).toBe('kernel');
    expect(choose({ transport: 'auto', 'kernel-tcp': true })).toBe('kernel');
  });

  it.each(TUN_OPTION_NAMES)('is ours where somebody names %s, which insists on it', (name) => {
    expect(choose({ transport: 'auto', [name]: name === 'offload' ? false : 'x' })).toBe('tun');
    const flag = name === 'offload' ? '--no-offload' : `--${name}`;
    const message = `${flag} is for our own TCP`;
    expect(() => choose({ transport: 'kernel', [name]: false })).toThrow(message);
    expect(() => choose({ transport: 'auto', 'kernel-tcp': true, [name]: 1 })).toThrow(message);
  });

  it('cannot be both', () => {
    expect(() => choose({ transport: 'tun', 'kernel-tcp': true })).toThrow('contradicts');
  });
});
