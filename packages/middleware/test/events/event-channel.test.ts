import { EventChannel, type EventChannelOptions } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { serve, settle, type Wire } from '../support/serve.js';

async function start(options: EventChannelOptions = {}) {
  const channel = new EventChannel(options);
  const site = await serve((server) =>
    server.route('GET', '/', (request) => channel.subscribe(request)),
  );
  const subscribe = async (lastEventId?: string): Promise<Wire> => {
    const wire = await site.connect();
    wire.ask('GET', '/', {
      fields: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    });
    await settle();
    return wire;
  };
  return { channel, site, subscribe };
}

/** The data that a client has seen. */
const seen = (wire: Wire): string[] =>
  [...wire.text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data!);

describe('a channel', () => {
  it('sends what is published to everybody, each event with an id of its own', async () => {
    const { channel, subscribe } = await start();
    const first = await subscribe();
    expect(channel.publish('a')).toBe('1');
    const second = await subscribe();
    expect(channel.publish({ event: 'e', data: 'b' })).toBe('2');
    await settle();
    expect([seen(first), seen(second)]).toEqual([['a', 'b'], ['b']]);
    expect(first.text).toContain('event: e\nid: 2\ndata: b\n\n');
  });

  it('gives those who come back what they have missed [HTML 9.2.4]', async () => {
    const { channel, subscribe } = await start();
    for (const data of ['a', 'b', 'c']) channel.publish(data);
    expect(seen(await subscribe('1'))).toEqual(['b', 'c']);
    expect(seen(await subscribe('3'))).toEqual([]);
    expect(seen(await subscribe())).toEqual([]);
  });

  it('keeps so many events and not more, and tells who has missed others', async () => {
    const gaps: (string | null)[] = [];
    const { channel, subscribe } = await start({
      keptEvents: 2,
      onGap: (stream) => {
        gaps.push(stream.lastEventId);
        void stream.send({ event: 'gap', data: 'start over' });
      },
    });
    for (const data of ['a', 'b', 'c']) channel.publish(data);
    expect(seen(await subscribe('1'))).toEqual(['start over', 'b', 'c']);
    expect(seen(await subscribe('2'))).toEqual(['c']);
    expect(gaps).toEqual(['1']);
  });

  it('keeps no more text than it may', async () => {
    const { channel, subscribe } = await start({ keptLength: 250 });
    for (const data of ['a', 'b', 'c']) channel.publish(data.repeat(100));
    expect(seen(await subscribe('0')).map((data) => data[0])).toEqual(['b', 'c']);
  });

  it('drops a subscriber that does not read, and nobody else', async () => {
    const { channel, site, subscribe } = await start({ maxQueuedBytes: 100_000 });
    const slow = await subscribe();
    const fast = await subscribe();
    slow.stream.pause();
    for (let at = 0; at < 300; at++) {
      channel.publish('x'.repeat(1000));
      await settle();
    }
    expect(channel.subscribers).toBe(1);
    expect(seen(fast).length).toBe(300);
    // It gets what had been sent, an orderly end, and the rest when it comes back, as often as it takes.
    slow.stream.resume();
    const { text } = await slow.answer();
    let last = text.split('data: ').length - 1;
    expect(last).toBeGreaterThan(50);
    for (let visit = 0; visit < 10 && last < 300; visit++) {
      last += seen(await subscribe(String(last))).length;
    }
    expect(last).toBe(300);
    expect(site.errors).toEqual([]);
  });

  it('forgets who has left, and ends all streams', async () => {
    const { channel, subscribe } = await start();
    const gone = await subscribe();
    const there = await subscribe();
    gone.stream.abort();
    await settle();
    expect(channel.subscribers).toBe(1);
    channel.publish('bye');
    channel.close();
    expect((await there.answer()).text).toContain('data: bye');
    expect(channel.subscribers).toBe(0);
  });
});
