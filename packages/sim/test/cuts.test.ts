import { createNetwork, type Misfortunes } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

const twoHosts = (misfortunes: Misfortunes = {}) => {
  const network = createNetwork({ misfortunes });
  const a = network.host({ address: '10.0.0.1', name: 'a.test' });
  const b = network.host({ address: '10.0.0.2', name: 'b.test' });
  return { network, a, b, link: network.link(a, b) };
};

describe('cuts', () => {
  it('of a link last until everything that they took down is up', async () => {
    const { network, link } = twoHosts();
    link.down();
    await network.advance(5);
    link.up('there');
    await network.advance(5);
    expect(network.cuts).toMatchObject([{ name: 'down 1', endMs: null }]);
    link.up('back');
    link.up();
    await network.advance(5);
    link.down('there');
    expect(network.cuts).toEqual([
      { name: 'down 1', ends: 'a.test <> b.test', atMs: 0, endMs: 10 },
      { name: 'down 2', ends: 'a.test > b.test', atMs: 15, endMs: null },
    ]);
  });

  it('by partitions last until they are healed, one by one or all', async () => {
    const { network, a, b } = twoHosts();
    const first = network.partition(a, b, 'back');
    network.partition([a], [b]);
    await network.advance(5);
    first.heal();
    await network.advance(5);
    network.heal();
    first.heal();
    expect(network.cuts).toEqual([
      { name: 'partition 1', ends: 'b.test > a.test', atMs: 0, endMs: 5 },
      { name: 'partition 2', ends: 'a.test <> b.test', atMs: 0, endMs: 10 },
    ]);
  });

  it('that are mended end as they begin', async () => {
    const { network, a, b, link } = twoHosts({ mend: ['partition 1', 'down 1'] });
    await network.advance(5);
    link.down();
    network.partition(a, b);
    expect(network.cuts.map(({ endMs }) => endMs)).toEqual([5, 5]);
    await network.run(async () => {
      b.stack.listen({ port: 80 }, (socket) => socket.abort());
      (await a.connect({ host: 'b.test', port: 80 })).abort();
    });
  });
});
