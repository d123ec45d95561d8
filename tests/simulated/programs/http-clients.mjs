/** Clients of HTTP/1.1 against Node's own server, over a link that loses packets and goes down. */

import http from 'node:http';
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import nodeFetch from 'node-fetch';
import { request } from 'undici';
import { listening, twoHosts } from '../hosts.mjs';

const URL_OF_API = 'http://api.test/data';
const BODY = 'x'.repeat(30_000);

const clients = {
  axios: async () => (await axios.post(URL_OF_API, BODY)).data.length,
  got: async () => (await got.post(URL_OF_API, { body: BODY }).json()).length,
  ky: async () => (await ky.post(URL_OF_API, { body: BODY }).json()).length,
  'node-fetch': async () =>
    (await (await nodeFetch(URL_OF_API, { method: 'POST', body: BODY })).json()).length,
  undici: async () =>
    (await (await request(URL_OF_API, { method: 'POST', body: BODY })).body.json()).length,
  fetch: async () =>
    (await (await fetch(URL_OF_API, { method: 'POST', body: BODY })).json()).length,
};

export async function program(net) {
  const { app, api, link } = twoHosts(net);
  await api.run(() =>
    listening(
      http.createServer(async (incoming, response) => {
        let length = 0;
        for await (const chunk of incoming) length += chunk.length;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ length }));
      }),
      80,
    ),
  );
  net.at(300, () => link.down());
  net.at(2_300, () => link.up());
  return app.run(async () => {
    const lengths = {};
    for (const [name, post] of Object.entries(clients)) lengths[name] = await post();
    return lengths;
  });
}

/** What it returns. */
export const expected = {
  axios: 30000,
  got: 30000,
  ky: 30000,
  'node-fetch': 30000,
  undici: 30000,
  fetch: 30000,
};
