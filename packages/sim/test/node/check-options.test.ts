import {
  explore,
  type NodeHost,
  type SimulateOptions,
  shrink,
  simulate,
} from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';
import { checkSimulateOptions } from '../../node/check-options.js';

const program = () => {};
const url = new URL('file:///program.mjs');

describe('options of simulate', () => {
  it.each([
    [{ sed: 4 }, program, 'simulate has no option sed; is it seed?'],
    [{ seed: 'x' }, program, 'a seed is an integer, not x'],
    [{ seed: 1.5 }, program, 'a seed is an integer, not 1.5'],
    [{ limitMs: 'x' }, program, 'limitMs is a number of ms from 0 on, not x'],
    [{ isolate: true }, program, 'give the URL of a module'],
    [{ isolate: true, narrate: program }, url, 'narrate cannot be handed to a thread'],
    [{}, undefined, 'simulate takes a program, which is a function or the URL of a module'],
    [{}, './program.mjs', "new URL('./program.mjs', import.meta.url)), not ./program.mjs"],
    [program, undefined, 'simulate({}, program)'],
    [null, program, 'takes an object of options, not null'],
  ])('%j are told where they are wrong', (options, given, message) => {
    expect(() => checkSimulateOptions(options as SimulateOptions, given)).toThrow(message);
  });

  it.each([
    [{}, program],
    [{ seed: -3, limitMs: 5, narrate: program, checkDeterminism: true }, program],
    [{ startMs: 0, captureFolder: null, misfortunes: {}, isolate: false }, program],
    [{ isolate: true, seed: undefined }, url],
    [{ isolate: true }, String(url)],
  ] as [SimulateOptions, unknown][])('%j are taken', (options, given) => {
    expect(() => checkSimulateOptions(options, given)).not.toThrow();
  });
});

describe('options of what runs many', () => {
  const exploring = (options: object) => explore(url, options as { seeds: number });

  it('are told where they are wrong', async () => {
    await expect(exploring({ seed: 5 })).rejects.toThrow('no option seed; is it seeds?');
    await expect(exploring({})).rejects.toThrow('explore needs the option seeds');
    await expect(exploring({ seeds: [1, 0.5] })).rejects.toThrow('an integer, not 0.5');
    await expect(shrink(program, 1, { mostRun: 5 } as object)).rejects.toThrow('mostRuns?');
    await expect(shrink(program, Number.NaN)).rejects.toThrow('a seed is an integer, not NaN');
  });
});

describe('a host of a Node program', () => {
  it('needs a name of its own', async () => {
    await simulate({ captureFolder: null }, (net) => {
      expect(() => net.host(undefined as unknown as string)).toThrow("net.host('api.test')");
      net.host('a.test');
      expect(() => net.host('a.test')).toThrow('there is a host a.test already');
      expect(() => net.host('b.test', { adress: '10.0.0.1' } as object)).toThrow('address?');
    });
  });

  it('is what links and partitions take', async () => {
    await simulate({ captureFolder: null }, (net) => {
      const host = net.host('a.test');
      const link = (a: unknown, b: unknown) => () => net.link(a as NodeHost, b as NodeHost);
      expect(link('a.test', 'b.test')).toThrow(
        "a link joins two nodes, as net.host('a.test') gives them, and 'a.test' is none",
      );
      expect(link(host, undefined)).toThrow('and undefined is none');
      expect(link(host, host)).toThrow('a.test cannot be linked with itself');
      expect(() => net.partition(host, ['b.test' as unknown as NodeHost])).toThrow(
        "'b.test' is no host or endpoint of this network",
      );
    });
  });
});
