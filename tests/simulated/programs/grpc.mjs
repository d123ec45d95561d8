/** @grpc/grpc-js: a call, both kinds of streams, and a deadline that passes while a link is down. */

import grpc from '@grpc/grpc-js';
import { codeOf, twoHosts } from '../hosts.mjs';

const json = {
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(bytes),
};
const method = (path, requestStream, responseStream) => ({
  path: `/orders/${path}`,
  requestStream,
  responseStream,
  requestSerialize: json.serialize,
  requestDeserialize: json.deserialize,
  responseSerialize: json.serialize,
  responseDeserialize: json.deserialize,
});
const service = {
  place: method('place', false, false),
  watch: method('watch', false, true),
  chat: method('chat', true, true),
};

function serve() {
  const server = new grpc.Server();
  server.addService(service, {
    place: ({ request }, callback) => setTimeout(callback, 100, null, { placed: request.id }),
    watch: async (call) => {
      for (let at = 0; at < 5; at++) {
        call.write({ at });
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
      call.end();
    },
    chat: (call) => call.on('data', (value) => call.write(value)).on('end', () => call.end()),
  });
  const credentials = grpc.ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync('0.0.0.0:50051', credentials, (error) => (error ? reject(error) : resolve()));
  });
}

async function all(stream) {
  const values = [];
  for await (const value of stream) values.push(value);
  return values;
}

export async function program(net) {
  const { app, api, link } = twoHosts(net);
  await api.run(serve);
  return app.run(async () => {
    const Client = grpc.makeGenericClientConstructor(service, 'orders');
    const client = new Client('api.test:50051', grpc.credentials.createInsecure());
    const place = (id, deadlineMs) =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + deadlineMs;
        client.place({ id }, { deadline }, (error, value) =>
          error ? reject(error) : resolve(value),
        );
      });
    const answers = [await place(1, 5_000), await all(client.watch({}))];
    const chat = client.chat();
    for (let at = 0; at < 3; at++) chat.write({ at });
    chat.end();
    answers.push(await all(chat));
    link.down();
    answers.push(await codeOf(place(2, 3_000)));
    link.up();
    answers.push(await place(3, 30_000));
    client.close();
    return answers;
  });
}

/** What it returns. */
export const expected = [
  { placed: 1 },
  [{ at: 0 }, { at: 1 }, { at: 2 }, { at: 3 }, { at: 4 }],
  [{ at: 0 }, { at: 1 }, { at: 2 }],
  4,
  { placed: 3 },
];
