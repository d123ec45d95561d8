/**
 * The same script on the kernel's TCP and on ours, event for event.
 */

import net, { type Server, type Socket } from 'node:net';
import { installHooks } from '@netlayers/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { twoStacks } from './stacks.js';

const HOST = '127.0.0.1';

/** What happens to the two ends of a connection, in order for each. */
class Record {
  readonly client: string[] = [];
  readonly server: string[] = [];

  watch(side: 'client' | 'server', socket: Socket): Socket {
    const events = this[side];
    for (const name of ['connect', 'end', 'finish', 'drain', 'timeout'] as const) {
      socket.on(name, () => events.push(name));
    }
    let bytes = 0;
    socket.on('data', (chunk) => {
      if (bytes === 0) events.push('data');
      bytes += chunk.length;
    });
    socket.on('error', (error) => events.push(describeError(error)));
    socket.on('close', (hadError) =>
      events.push(`close ${hadError} read ${socket.bytesRead} state ${socket.readyState}`),
    );
    return socket;
  }
}

function describeError(error: Error): string {
  const { code, errno, syscall, address, port, message } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  return JSON.stringify({
    name: error.constructor.name,
    code,
    errno,
    syscall,
    address,
    port: port === undefined ? undefined : 'port',
    message: message.replaceAll(/:\d+/g, ':port'),
  });
}

interface Stage {
  readonly record: Record;
  readonly server: Server;
  readonly client: Socket;
  readonly accepted: Socket;
}

interface Options {
  readonly allowHalfOpen?: boolean;
  readonly pauseOnConnect?: boolean;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Loopback of the kernel needs a poll or two; a busy machine some more. */
async function turns(): Promise<void> {
  for (let at = 0; at < 50; at++) await turn();
}
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await turn();
};

async function open(options: Options = {}): Promise<Stage> {
  const record = new Record();
  const server = net.createServer(options);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as net.AddressInfo;
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = net.connect({ host: HOST, port, allowHalfOpen: options.allowHalfOpen ?? false });
  record.watch('client', client);
  const accepted = await connected;
  if (options.pauseOnConnect === true) {
    accepted.on('error', (error) => record.server.push(describeError(error)));
  } else record.watch('server', accepted);
  await until(() => !client.connecting);
  return { record, server, client, accepted };
}

type Script = (stage: Stage) => Promise<void> | void;

const scripts: readonly { name: string; options?: Options; run: Script }[] = [
  { name: 'ends both halves', run: ({ client }) => void client.end('hello') },
  {
    name: 'keeps the other half open',
    options: { allowHalfOpen: true },
    run: async ({ client, accepted }) => {
      client.end('question');
      await until(() => accepted.readableEnded);
      accepted.write('answer');
      await turns();
      accepted.end();
    },
  },
  { name: 'destroys the client', run: ({ client }) => void client.destroy() },
  { name: 'destroys with an error', run: ({ client }) => void client.destroy(new Error('mine')) },
  { name: 'resets the client', run: ({ client }) => void client.resetAndDestroy() },
  {
    name: 'resets in the middle of a body',
    run: async ({ client, accepted }) => {
      client.write(Buffer.alloc(1000));
      await until(() => accepted.bytesRead === 1000);
      accepted.resetAndDestroy();
    },
  },
  {
    name: 'destroys with bytes that nobody has read',
    options: { pauseOnConnect: true },
    run: async ({ client, accepted }) => {
      client.write(Buffer.alloc(1000));
      await turns();
      accepted.destroy();
    },
  },
  {
    name: 'reads late what came before the end',
    options: { pauseOnConnect: true },
    run: async ({ record, client, accepted }) => {
      client.end(Buffer.alloc(1000));
      await turns();
      record.watch('server', accepted);
      accepted.resume();
    },
  },
  {
    name: 'destroys soon with bytes that are not sent',
    run: ({ client }) => {
      client.write(Buffer.alloc(3_000_000));
      client.destroySoon();
    },
  },
  {
    name: 'writes after the peer has gone',
    options: { allowHalfOpen: true },
    run: async ({ client, accepted }) => {
      accepted.destroy();
      await until(() => client.readableEnded);
      client.write('one');
      await turns();
      client.write('two');
      await turns();
      client.destroy();
    },
  },
  {
    name: 'writes to a peer that has reset, without reading',
    options: { pauseOnConnect: true, allowHalfOpen: true },
    run: async ({ record, client, accepted }) => {
      client.resetAndDestroy();
      await turns();
      accepted.on('close', () => record.server.push('close'));
      accepted.write('one', (error) => record.server.push(`write ${error?.message}`));
    },
  },
  {
    name: 'writes after its own end',
    run: ({ client }) => {
      client.end();
      client.write('late');
    },
  },
  {
    name: 'gives up after a silence',
    run: async ({ client }) => {
      client.setTimeout(20, () => client.destroy());
      await closed(client);
    },
  },
];

async function play(script: (typeof scripts)[number]): Promise<Record> {
  const stage = await open(script.options);
  await script.run(stage);
  await Promise.all([closed(stage.client), closed(stage.accepted)]);
  await turns();
  await new Promise((resolve) => stage.server.close(resolve));
  return stage.record;
}

async function failure(connect: () => Socket): Promise<string[]> {
  const record = new Record();
  await closed(record.watch('client', connect()));
  return record.client;
}

describe('events on our TCP as on the kernel', () => {
  const stacks = twoStacks();
  let uninstall = (): void => {};
  afterAll(stacks.close);
  const onOurs = async <T>(body: () => Promise<T>): Promise<T> => {
    uninstall = installHooks(() => stacks.near);
    try {
      return await body();
    } finally {
      uninstall();
    }
  };

  let closedPort = 0;
  beforeAll(async () => {
    const server = net.createServer().listen(0, HOST);
    await new Promise((resolve) => server.once('listening', resolve));
    closedPort = (server.address() as net.AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
  });

  // libuv takes the end of the stream for a reset that waits behind bytes: ours tells it.
  it('reads late what came before a reset, and the reset', async () => {
    const events = await onOurs(() =>
      play({
        name: '',
        options: { pauseOnConnect: true },
        run: async ({ record, client, accepted }) => {
          client.write(Buffer.alloc(1000));
          await turns();
          client.resetAndDestroy();
          await turns();
          accepted.removeAllListeners('error');
          record.watch('server', accepted);
          accepted.resume();
        },
      }),
    );
    expect(events.server).toEqual([
      'data',
      expect.stringContaining('"message":"read ECONNRESET"'),
      'close true read 1000 state closed',
    ]);
  });

  it.each(scripts)('$name', async (script) => {
    const kernel = await play(script);
    const ours = await onOurs(() => play(script));
    expect(ours).toEqual(kernel);
  });

  const failures: readonly { name: string; connect: () => Socket }[] = [
    { name: 'a refused connect', connect: () => net.connect(closedPort, HOST) },
    { name: 'a destroyed connect', connect: () => net.connect(closedPort, HOST).destroy() },
    {
      name: 'an end before the connection is there',
      connect: () => net.connect(closedPort, HOST).end('never'),
    },
    {
      name: 'a refused connect from a port of its own',
      connect: () => net.connect({ port: closedPort, host: HOST, localAddress: HOST }),
    },
  ];
  it.each(failures)('$name', async ({ connect }) => {
    expect(await onOurs(() => failure(connect))).toEqual(await failure(connect));
  });

  it('a port that is in use', async () => {
    const inUse = async (host?: string): Promise<string> => {
      const first = net.createServer().listen(0, host);
      await new Promise((resolve) => first.once('listening', resolve));
      const { port } = first.address() as net.AddressInfo;
      const second = net.createServer().listen(port, host);
      const error = await new Promise<Error>((resolve) => second.once('error', resolve));
      await new Promise((resolve) => first.close(resolve));
      return describeError(error);
    };
    expect(await onOurs(() => inUse(HOST))).toBe(await inUse(HOST));
    expect(await onOurs(() => inUse('0.0.0.0'))).toBe(await inUse('0.0.0.0'));
  });
});
