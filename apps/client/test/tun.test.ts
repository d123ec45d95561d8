import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const namespace = enterNetworkNamespace();
if (!namespace.available)
  console.log(`netlayers-client over TUN is not tested: ${namespace.reason}`);

const folder = mkdtempSync(join(tmpdir(), 'netlayers-client-'));
const server = createServer((request, response) => request.pipe(response));
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  url = `http://10.0.0.7:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!namespace.available)('over a TUN device', () => {
  it('sends and fetches 20 MB, recorded', async () => {
    const content = randomBytes(20_000_000);
    const sent = join(folder, 'sent');
    const fetched = join(folder, 'fetched');
    const recorded = join(folder, 'run.pcapng');
    writeFileSync(sent, content);
    const outcome = await run(
      ...[
        '--tun-ip',
        '10.0.0.6',
        '--pcap',
        recorded,
        'PUT',
        url,
        '--data-binary',
        `@${sent}`,
        '-o',
        fetched,
      ],
    );
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(fetched).equals(content)).toBe(true);
    const capture = readFileSync(recorded);
    expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(capture.length).toBeGreaterThan(40_000_000);
    expect(capture.includes('new data; ESTABLISHED, cwnd ')).toBe(true);
  });

  it('shows every segment, and leaves no device behind', async () => {
    const { exitCode, stdout, stderr } = await run(
      '--trace',
      '--tun-ip',
      '10.0.0.6',
      url,
      '-d',
      'x',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toBe('x');
    expect(stderr).toMatch(/-> SYN seq=\d+ .*\n/);
    expect(stderr).toMatch(/<- SYN-ACK seq=\d+ ack=\d+ .*accepted/);
    expect(stderr).toMatch(/<- SYN-ACK .*\n +port \d+: SYN-SENT => ESTABLISHED\n/);
    expect(readFileSync('/proc/net/dev', 'latin1')).not.toContain('tun');
  });

  it('says where this machine is when it is asked for localhost', async () => {
    for (const host of ['localhost', 'a.localhost', '127.0.0.1']) {
      const outcome = await run('--tun-ip', '10.0.0.6', `http://${host}:80/`);
      expect(outcome.exitCode).toBe(6);
      expect(outcome.stderr).toContain('this machine is 10.0.0.7');
    }
  });

  it('says what to do when nobody listens, and when there is no device', async () => {
    const refused = await run('--tun-ip', '10.0.0.6', 'http://10.0.0.7:9/');
    expect(refused.exitCode).toBe(7);
    expect(refused.stderr).toContain('must listen on 10.0.0.7');
    const none = await run('--tun-name', 'lo', url);
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toMatch(/^netlayers-client: [^\n]+\n$/);
  });

  it('reaches nothing else: the kernel still serves its own', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
    });
    socket.destroy();
  });
});
