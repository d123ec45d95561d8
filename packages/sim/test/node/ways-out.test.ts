import { execFile, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { onTwoHosts } from './two-hosts.js';

/** What a host's program is told when it tries to get out. */
const told = (attempt: () => unknown): Promise<string> =>
  onTwoHosts(({ app }) =>
    app.run(async () => {
      try {
        await attempt();
        return 'it got out';
      } catch (error) {
        return (error as Error).message;
      }
    }),
  );

/** In no folder, so that nobody can make it. */
const PATH = '/netlayers-no-such-folder/socket';

describe('what would leave a simulation throws and names itself', () => {
  it.each([
    ['net.connect to a path', () => net.connect(PATH), `connect to the path ${PATH}`],
    ['connect of a socket', () => new net.Socket().connect({ path: PATH }), `the path ${PATH}`],
    ['http.get with socketPath', () => http.get({ socketPath: PATH }), `the path ${PATH}`],
    ['listen on a path', () => net.createServer().listen(PATH), `listen on ${PATH}`],
    ['listen on a descriptor', () => net.createServer().listen({ fd: 7 }), 'the descriptor 7'],
    ['spawn', () => spawn('true'), 'a child process of true'],
    ['execFile', () => execFile('true'), 'a child process of true'],
    ['fork', () => fork('true'), `a child process of ${process.execPath}`],
    ['spawnSync', () => spawnSync('true'), 'a child process of true'],
    ['execSync', () => execSync('true'), 'a child process of true'],
    ['execFileSync', () => execFileSync('true'), 'a child process of true'],
    ['a thread', () => new Worker('', { eval: true }), 'a thread'],
    ['exit', () => process.exit(3), 'process.exit(3)'],
    ['abort', () => process.abort(), 'process.abort()'],
  ])('%s', async (_name, attempt, what) => {
    const message = await told(attempt);
    expect(message).toContain(what);
    expect(message).toContain('would leave the simulation: ');
  });

  it('a socket, a port, and a datagram, of a program that is on no host', async () => {
    const connect = onTwoHosts(() => net.connect(80, 'api.test'));
    await expect(connect).rejects.toThrow('connect to api.test:80: no host does this');
    const listen = onTwoHosts(() => net.createServer().listen(80));
    await expect(listen).rejects.toThrow('listen on port 80: no host does this');
    const send = onTwoHosts(() => dgram.createSocket('udp4').send('x', 53, '127.0.0.1'));
    await expect(send).rejects.toThrow('bind the UDP port 0: no host does this');
  });
});

describe('what stays inside, or is no host of the simulation', () => {
  it('localhost is the host itself, and an address of nobody answers nothing', async () => {
    const code = (port: number, host: string): Promise<string> =>
      new Promise((resolve) => {
        net.connect(port, host).on('error', (error: NodeJS.ErrnoException) => resolve(error.code!));
      });
    const server = net.createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const codes = await onTwoHosts(({ app }) =>
      app.run(async () => [await code(port, '127.0.0.1'), await code(80, '192.0.2.1')]),
    );
    server.close();
    expect(codes).toEqual(['ECONNREFUSED', 'ETIMEDOUT']);
  });

  it('the machine of a program is its host', async () => {
    const [name, { eth0 }] = await onTwoHosts(({ api }) =>
      api.run(() => [os.hostname(), os.networkInterfaces()] as const),
    );
    expect([name, eth0?.[0]?.address]).toEqual(['api.test', '10.0.0.2']);
    expect(os.hostname()).not.toBe('api.test');
  });

  it('the test around it has child processes, threads and paths as ever', async () => {
    const { stdout } = await onTwoHosts(() => promisify(execFile)('echo', ['x']));
    expect(stdout).toBe('x\n');
    expect(execFileSync('echo', ['y'], { encoding: 'utf8' })).toBe('y\n');
    const worker = new Worker('', { eval: true });
    expect(worker).toBeInstanceOf(Worker);
    await worker.terminate();
    const failed = new Promise<NodeJS.ErrnoException>((resolve) =>
      net.connect(PATH).on('error', resolve),
    );
    expect((await failed).code).toBe('ENOENT');
  });
});
