/** graphql-ws over ws: a subscription that is retried after a partition, and goes on. */

import { createServer } from 'node:http';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { listening, twoHosts } from '../hosts.mjs';

async function* ticks() {
  for (let tick = 1; ; tick++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    yield { tick };
  }
}

const fields = {
  tick: { type: GraphQLInt, subscribe: ticks, resolve: (value) => value?.tick ?? 0 },
};
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { tick: { type: GraphQLInt, resolve: () => 0 } },
  }),
  subscription: new GraphQLObjectType({ name: 'Subscription', fields }),
});

function serve() {
  const http = createServer();
  useServer({ schema }, new WebSocketServer({ server: http, path: '/graphql' }), 4_000);
  return listening(http, 80);
}

/** A client that takes a pong that does not come for the end of its connection. */
function connect(events, now) {
  let late;
  return createClient({
    url: 'ws://api.test/graphql',
    webSocketImpl: WebSocket,
    keepAlive: 5_000,
    retryAttempts: 20,
    shouldRetry: () => true,
    on: {
      connected: () => events.push(['connected', now()]),
      closed: (event) => events.push([event.code, now()]),
      ping: (isReceived) => {
        if (!isReceived) late = setTimeout(() => client.terminate(), 3_000);
      },
      pong: (isReceived) => isReceived && clearTimeout(late),
    },
  });
}

let client;

export async function program(net) {
  const { app, api } = twoHosts(net);
  await api.run(serve);
  net.at(10_000, () => net.partition(app, api));
  net.at(30_000, () => net.heal());
  const events = [];
  const heard = [];
  await app.run(async () => {
    client = connect(events, () => Math.round(net.clock.now()));
    for await (const { data } of client.iterate({ query: 'subscription { tick }' })) {
      heard.push(data.tick);
      if (net.clock.now() > 60_000) break;
    }
    await client.dispose();
  });
  return { events, heard };
}

/** What it returns. */
export const expected = {
  events: [
    ['connected', 120],
    [4499, 13120],
    ['connected', 31136],
  ],
  heard: [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
  ],
};
