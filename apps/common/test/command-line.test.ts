import { describe, expect, it } from 'vitest';
import {
  number,
  readArguments,
  text,
  texts,
  transportOptions,
  verbosityOption,
} from '../src/command-line.js';

const SPEC = {
  name: 'netlayers-test',
  usage: '[options]',
  options: {
    ...transportOptions('whose'),
    port: { ...number('a port', 'Test:'), alias: 'p' },
    header: { ...texts('a field', 'Test:'), alias: 'H' },
    output: { ...text('a file', 'Test:'), alias: 'o' },
    verbosity: verbosityOption('info', 'how much', 'Test:'),
    silent: { type: 'boolean', alias: 's' },
    location: { type: 'boolean', alias: 'L' },
  },
  examples: [],
  takesWords: false,
  verbosityAlone: 'debug',
} as const;

const read = (...args: string[]) => readArguments(SPEC, args);

describe('short options', () => {
  it.each([
    [['-p9000'], { port: 9000 }],
    [['-p', '9000'], { port: 9000 }],
    [['-p=9000'], { port: 9000 }],
    [['-sLp9000'], { silent: true, location: true, port: 9000 }],
    [['-sL'], { silent: true, location: true }],
    [['-ofile'], { output: 'file' }],
    [['-sofile'], { silent: true, output: 'file' }],
    [['-HA: 1', '-H', 'B: -2'], { header: ['A: 1', 'B: -2'] }],
    [['-o', '-', '-H', '-'], { output: '-', header: ['-'] }],
    [['-H', '-s', '-o', '-sL'], { header: ['-s'], output: '-sL' }],
    [['-s', '-s'], { silent: true }],
    [['-v'], { verbosity: 'debug' }],
    [['-vsL'], { verbosity: 'debug', silent: true, location: true }],
    [['-vwarn'], { verbosity: 'warn' }],
    [['-v', 'trace'], { verbosity: 'trace' }],
    [['-vtrace', '-s'], { verbosity: 'trace', silent: true }],
    [['-sv'], { silent: true, verbosity: 'debug' }],
    // What belongs to an option is no option, whatever it looks like.
    [['--output', 'a', '-H', 'x-sL'], { output: 'a', header: ['x-sL'] }],
  ])('%j', async (args, values) => {
    expect(await read(...args)).toMatchObject(values);
  });
});

describe('a mistake', () => {
  it.each([
    [['-z'], 'There is no option -z'],
    [['-sLz'], 'There is no option -z, in -sLz'],
    [['--prot', '80'], 'There is no option --prot'],
    [['--prot=80', 'more'], 'There is no option --prot'],
    [['more'], 'Nothing is expected here: more'],
    [['--port'], '--port needs a value behind it'],
    [['--port='], '--port needs a value behind it'],
    [['--port', ''], '--port needs a value behind it'],
    [['--no-port'], 'There is no option --no-port'],
    [['--port', '1', '-p', '2'], '--port was given twice'],
    [['--output', 'a', '--output', 'b'], '--output was given twice'],
    [['--transport', 'pigeon'], '--transport is auto, tun or kernel, not pigeon'],
    [['--transport'], '--transport needs a value behind it'],
    [['-v', 'loud'], '--verbosity is error, warn, info, debug or trace, not loud'],
  ])('%j is said in words for people', async (args, message) => {
    await expect(read(...args)).rejects.toMatchObject({ name: 'UsageError', message });
  });

  it('in a number is left to whoever knows its bounds: it is one option, not six', async () => {
    expect(await read('-p9000x')).toMatchObject({ port: Number.NaN });
  });

  it('is said in the language that the rest of the command speaks', async () => {
    const before = process.env.LC_ALL;
    process.env.LC_ALL = 'de_DE.UTF-8';
    try {
      await expect(read('--prot')).rejects.toThrow('There is no option --prot');
    } finally {
      if (before === undefined) delete process.env.LC_ALL;
      else process.env.LC_ALL = before;
    }
  });
});

describe('the order', () => {
  it('of options is told, values left out', async () => {
    const argv = await read('-H', '-s', '--output=x', '-sLp1', '-H', 'y');
    expect(argv?.order).toEqual(['header', 'output', 'silent', 'location', 'port', 'header']);
  });
});
