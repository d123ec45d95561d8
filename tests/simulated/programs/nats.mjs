/** nats with a small server of its protocol: requests, and reconnects after the server has been away. */

import { connect, StringCodec } from 'nats';
import { codeOf, listening, twoHosts } from '../hosts.mjs';
import { natsServer } from '../servers/nats.mjs';

export async function program(network) {
  const { app, api } = twoHosts(network);
  const serve = () => api.run(() => listening(natsServer(), 4222));
  await serve();
  return app.run(async () => {
    const client = await connect({ servers: 'api.test', pingInterval: 5_000, maxPingOut: 2 });
    const events = [];
    void (async () => {
      for await (const { type } of client.status()) events.push(type);
    })();
    const codec = StringCodec();
    const ask = async (subject, text, timeout) =>
      codec.decode((await client.request(subject, codec.encode(text), { timeout })).data);
    const results = [await ask('orders', 'first', 3_000), await codeOf(ask('silent', 'x', 3_000))];
    const partition = network.partition(app, api);
    await network.sleep(20_000);
    partition.heal();
    await network.sleep(10_000);
    results.push(await ask('orders', 'second', 3_000));
    api.restart();
    await network.sleep(3_000);
    await serve();
    await network.sleep(20_000);
    results.push(await ask('orders', 'third', 3_000));
    await client.close();
    return { results, events: events.join(' ') };
  });
}

/** What it returns. */
export const expected = {
  results: ['FIRST', 'TIMEOUT', 'SECOND', 'THIRD'],
  events:
    'pingTimer pingTimer pingTimer staleConnection disconnect reconnecting update reconnect disconnect reconnecting pingTimer reconnecting reconnecting update reconnect pingTimer pingTimer pingTimer',
};
