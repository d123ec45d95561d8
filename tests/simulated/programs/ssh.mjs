/** ssh2 on both sides: a password, a command, and keepalives that find a partition. */

import { createPrivateKey } from 'node:crypto';
import ssh2 from 'ssh2';
import { key } from '../certificate.mjs';
import { next, twoHosts } from '../hosts.mjs';

/** The format that ssh2 knows. */
const HOST_KEY = createPrivateKey(key).export({ type: 'pkcs1', format: 'pem' });

function serve() {
  const server = new ssh2.Server({ hostKeys: [HOST_KEY] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) =>
      context.password === 'secret' ? context.accept() : context.reject(['password']),
    );
    client.on('session', (accept) =>
      accept().on('exec', (acceptCommand, _reject, { command }) => {
        const stream = acceptCommand();
        stream.write(command.repeat(1_000));
        stream.exit(0);
        stream.end();
      }),
    );
  });
  return new Promise((resolve) => {
    server.listen(22, resolve);
  });
}

export async function program(net) {
  const { app, api } = twoHosts(net);
  await api.run(serve);
  return app.run(async () => {
    const client = new ssh2.Client();
    const options = {
      host: 'api.test',
      username: 'me',
      keepaliveInterval: 2_000,
      keepaliveCountMax: 3,
    };
    client.connect({ ...options, password: 'secret', readyTimeout: 10_000 });
    await next(client, 'ready');
    const stream = await new Promise((resolve, reject) => {
      client.exec('hello ', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    let length = 0;
    stream.on('data', (data) => {
      length += data.length;
    });
    await next(stream, 'close');
    net.partition(app, api);
    const cut = net.clock.now();
    const error = await next(client, 'error');
    return [length, error.level, Math.round((net.clock.now() - cut) / 1_000)];
  });
}

/** Keys and signatures are random. */
export const hasSecrets = true;

/** What it returns. */
export const expected = [6000, 'client-timeout', 8];
