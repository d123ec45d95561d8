import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flag, flags, number, text, texts, verbosityOption } from '../src/command-line.js';
import type { CommandSpec } from '../src/command-spec.js';
import { plainArguments } from '../src/plain-arguments.js';
import { splitShortOptions } from '../src/short-options.js';
import { yargsArguments } from '../src/yargs-arguments.js';

const OPTIONS = {
  port: { ...number('a port', 'Test:'), alias: 'p', default: 8080 },
  header: { ...texts('a field', 'Test:'), alias: 'H' },
  output: { ...text('a file', 'Test:'), alias: 'o' },
  verbosity: verbosityOption('info', 'how much', 'Test:'),
  silent: { ...flag('say nothing', 'Test:'), alias: 's' },
  ipv4: { ...flag('IPv4', 'Test:'), alias: '4' },
  'http1.1': flag('a dot', 'Test:'),
  'remote-name': { ...flags('how often', 'Test:'), alias: 'O' },
  echo: { type: 'string', describe: 'may stand alone' },
  'no-offload': flag('none', 'Test:'),
  offload: { type: 'boolean', hidden: true },
  pcap: { ...text('a path', 'Test:'), normalize: true },
} as const;

const spec = (takesWords: boolean): CommandSpec<typeof OPTIONS> => ({
  name: 'netlayers-test',
  usage: '[options]',
  options: OPTIONS,
  examples: [],
  takesWords,
  verbosityAlone: 'debug',
});

const plain = (args: readonly string[], takesWords = true) =>
  plainArguments(splitShortOptions(args, OPTIONS).args, OPTIONS, takesWords);

/** What yargs reads of the options that there are; `null` where it complains. */
async function byYargs(args: readonly string[], takesWords: boolean): Promise<object | null> {
  try {
    const argv = await yargsArguments(spec(takesWords), splitShortOptions(args, OPTIONS).args);
    const names = [...Object.keys(OPTIONS), '_'];
    return Object.fromEntries(
      names.filter((name) => argv?.[name] !== undefined).map((name) => [name, argv?.[name]]),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') return null;
    throw error;
  }
}

describe('plain arguments', () => {
  it.each([
    [['--port', '9000', '--silent'], { port: 9000, silent: true }],
    [['-p9000', '-sO', '-O'], { port: 9000, silent: true, 'remote-name': 2 }],
    [['-H', 'A: 1', '--header=B: -2', '-4'], { header: ['A: 1', 'B: -2'], ipv4: true }],
    [['GET', 'http://a/', '--http1.1', '7'], { _: ['GET', 'http://a/', '7'], 'http1.1': true }],
    [['--verbosity', 'warn', '--echo', '9'], { verbosity: 'warn', echo: '9' }],
    [['-o', '-', '-H', '-s'], { output: '-', header: ['-s'] }],
    [['-o"a"', `--header='b'`], { output: '"a"', header: [`'b'`] }],
  ])('%j are read', (args, values) => {
    const unless = { port: 8080, verbosity: 'info', 'remote-name': 0, _: [] };
    expect(plain(args)).toEqual({ ...unless, ...values });
  });

  it.each([
    [['--help']],
    [['-h']],
    [['--']],
    [['-']],
    [['']],
    [['--pt', '1']],
    [['--port']],
    [['--port', 'x']],
    [['--port', '']],
    [['--port', '1', '-p', '2']],
    [['--silent=true']],
    [['--silent', 'true']],
    [['--no-offload']],
    [['--no-port']],
    [['--verbosity', 'loud']],
    [['--echo']],
    [['--echo', '--silent']],
    [['--pcap', 'a/../b']],
    [['--constructor', 'x']],
  ])('%j are left to yargs', (args) => {
    expect(plain(args)).toBeNull();
  });

  it('are no words where words mean nothing', () => {
    expect(plain(['word'], false)).toBeNull();
    expect(plain(['--silent'], false)).toMatchObject({ silent: true });
  });

  it('are what yargs reads, too', async () => {
    const names = fc.constantFrom(
      ...Object.keys(OPTIONS).map((name) => `--${name}`),
      ...['-p', '-H', '-o', '-s', '-4', '-O', '-v', '-sO', '-so', '--no-silent', '--no-header'],
    );
    const values = fc.constantFrom(
      ...['9000', '1.5', '007', '1e3', '0x10', '-1', 'word', 'a=b', 'true', 'false', '-', '', ' '],
      ...['debug', '"quoted"', "'", 'A: 1', '--silent', '-s', 'a/../b', 'a.b', 'null', 'café\n'],
    );
    const argument = fc.oneof(
      names.map((name) => [name]),
      fc.tuple(names, values),
      fc.tuple(names, values).map(([name, value]) => [`${name}=${value}`]),
      values.map((value) => [value]),
    );
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 4 }), fc.boolean(), async (some, words) => {
        const args = some.flat();
        let given: object | null;
        try {
          given = plain(args, words);
        } catch {
          return; // What is no option stops both of them, before.
        }
        if (given === null) return;
        read++;
        expect(given).toEqual(await byYargs(args, words));
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(read).toBeGreaterThan(50);
  });
});
