/** mongodb and a small server of its protocol: its monitor finds a crash and a partition, and the end of both. */

import { MongoClient } from 'mongodb';
import { listening, twoHosts } from '../hosts.mjs';
import { mongoServer } from '../servers/mongo.mjs';

export async function program(network) {
  const { app, api } = twoHosts(network);
  // A disk of the host, which a crash leaves as it is.
  const documents = [];
  const serve = () => api.run(() => listening(mongoServer(documents), 27_017));
  await serve();
  return app.run(async () => {
    const client = new MongoClient('mongodb://api.test', {
      heartbeatFrequencyMS: 2_000,
      connectTimeoutMS: 3_000,
      socketTimeoutMS: 5_000,
      serverSelectionTimeoutMS: 4_000,
      serverMonitoringMode: 'poll',
      retryWrites: false,
      retryReads: false,
    });
    const types = [];
    client.on('serverDescriptionChanged', ({ newDescription }) => types.push(newDescription.type));
    const orders = client.db('d').collection('c');
    const outcome = (attempt) =>
      attempt.then(
        () => 'ok',
        (error) => error.name,
      );
    const insert = (id) => outcome(orders.insertOne({ _id: id }));
    const results = [await insert(1), await insert(2)];
    api.restart();
    results.push(await insert(3));
    await network.sleep(3_000);
    results.push(await insert(4));
    await serve();
    await network.sleep(5_000);
    results.push(await insert(5));
    network.partition(app, api);
    results.push(await insert(6));
    network.heal();
    await network.sleep(10_000);
    const found = (await orders.find().toArray()).map(({ _id }) => _id);
    await client.close();
    return { results, types: types.join(' '), found };
  });
}

/** What it returns. */
export const expected = {
  results: [
    'ok',
    'ok',
    'MongoNetworkError',
    'MongoServerSelectionError',
    'ok',
    'PoolClearedOnNetworkError',
  ],
  types: 'Standalone Unknown Unknown Standalone Unknown Standalone',
  found: [1, 2, 5, 6],
};
