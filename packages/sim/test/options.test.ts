import {
  createNetwork,
  type HostOptions,
  ImpairedWire,
  type Impairments,
  type LinkOptions,
  type LinkWay,
  type Misfortunes,
  type NetworkOptions,
  type RunOptions,
} from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

const twoHosts = () => {
  const network = createNetwork();
  const a = network.host({ address: '10.0.0.1', name: 'a.test' });
  const b = network.host({ address: '10.0.0.2', name: 'b.test' });
  return { network, a, b };
};

const linking = (options: object) => () => {
  const { network, a, b } = twoHosts();
  network.link(a, b, options as LinkOptions);
};

describe('options of a link', () => {
  it.each([
    [{ delay: 500 }, 'link has no option delay; is it delayMs?'],
    [{ los: 1 }, 'link has no option los; is it loss?'],
    [{ there: { los: 1 } }, 'there of link has no option los; is it loss?'],
    [{ back: 5 }, 'back of link takes an object of options, not 5'],
    [{ reorder: 0.1 }, 'reorder is { probability, extraMs }, not 0.1'],
    [{ reorder: { probability: 0.1 } }, 'reorder needs the option extraMs'],
    [{ burstLoss: 0.1 }, 'burstLoss is { probability, endProbability, longestMs? }, not 0.1'],
    [{ burstLoss: { propability: 0.1 } }, 'has no option propability; is it probability?'],
    [{ delayMs: '20' }, 'delayMs is a number of ms from 0 on, not 20'],
    [{ loss: '0.1' }, 'loss is 0 to 1, not 0.1'],
    [{ rateBitsPerSecond: 0 }, 'rateBitsPerSecond is above 0, not 0'],
    [{ queuePackets: '5' }, 'queuePackets is at least 1, not 5'],
  ])('are told where they are wrong: %j', (options, message) => {
    expect(linking(options)).toThrow(message);
  });

  it('may be given as undefined', () => {
    expect(linking({ loss: undefined, reorder: undefined, there: undefined })).not.toThrow();
  });

  it('are checked as they change, and so is the way', () => {
    const { network, a, b } = twoHosts();
    const link = network.link(a, b);
    expect(() => link.impair({ los: 1 } as Impairments)).toThrow('is it loss?');
    expect(() => link.impair({ loss: 1 }, 'forth' as LinkWay)).toThrow("'there' or 'back'");
    expect(() => link.down('forth' as LinkWay)).toThrow("'there' or 'back'");
    expect(() => network.partition(a, b, 'forth' as LinkWay)).toThrow("'there' or 'back'");
    expect(network.cuts).toEqual([]);
  });

  it('are checked for a wire alone', () => {
    const wire = (impairments: object, seed: number) => () =>
      new ImpairedWire(impairments, seed, () => {});
    expect(wire({ los: 1 }, 1)).toThrow('is it loss?');
    expect(wire({}, 0.5)).toThrow('a seed is an integer, not 0.5');
  });
});

describe('options of a network', () => {
  it.each([
    [{ sed: 4 }, 'createNetwork has no option sed; is it seed?'],
    [{ seed: 'x' }, 'a seed is an integer, not x'],
    [{ seed: 1.5 }, 'a seed is an integer, not 1.5'],
    [{ misfortunes: { drops: {} } }, 'misfortunes has no option drops; is it drop?'],
    [{ misfortunes: { chance: 'no' } as unknown as Misfortunes }, 'is one of all, no-loss, none'],
  ])('are told where they are wrong: %j', (options, message) => {
    expect(() => createNetwork(options as NetworkOptions)).toThrow(message);
  });

  it('are checked as a program is run', async () => {
    const { network } = twoHosts();
    const run = (options: object) => network.run(() => {}, options as RunOptions);
    await expect(run({ limit: 5 })).rejects.toThrow('run has no option limit; is it limitMs?');
    await expect(run({ limitMs: 'x' })).rejects.toThrow('limitMs is a number of ms');
  });
});

describe('options of a node', () => {
  const host = (options: object) => () => twoHosts().network.host(options as HostOptions);
  const address = '10.0.0.3';

  it.each([
    [{ address, rotes: [] }, 'host has no option rotes; is it routes?'],
    [{ name: 'c.test' }, 'host needs the option address'],
    [{ address, name: 'c test' }, 'not "c test"'],
    [{ address, name: '' }, 'not ""'],
    [{ address, name: 5 }, 'not 5'],
    [{ address, name: 'http://c.test' }, "a name such as 'api.test'"],
    [{ address, name: 'A.test' }, 'there is a host A.test already'],
  ])('are told where they are wrong: %j', (options, message) => {
    expect(host(options)).toThrow(message);
  });

  it('are told for routers and endpoints too', () => {
    const { network } = twoHosts();
    expect(() => network.router({ adress: address } as object)).toThrow('is it address?');
    expect(() => network.endpoint({ address, nam: 'c' } as { address: string })).toThrow('name?');
  });
});
