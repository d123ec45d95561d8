import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { useServers } from './servers.js';

const namespace = enterNetworkNamespace();

describe.skipIf(!namespace.available)('over a TUN device', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-tun-'));
  const { start } = useServers([], folder);

  it('is what auto chooses', async () => {
    const server = start();
    expect(await server.url()).toBe('http://10.0.0.2:8080');
    const page = await (await fetch('http://10.0.0.2:8080/')).text();
    expect(page).toContain('our own TCP, over TUN');
    expect(page).toContain('10.0.0.3:');
    expect(await (await fetch('http://10.0.0.2:8080/json')).json()).toEqual({
      message: 'hello from netlayers',
    });
    const body = new Uint8Array(2_000_000).map((_, i) => i * 13);
    const echo = await fetch('http://10.0.0.2:8080/echo', { method: 'POST', body });
    expect(Buffer.from(await echo.arrayBuffer()).equals(body)).toBe(true);
    expect(server.stderr).toBe('');
    expect(await server.stop()).toBe(0);
  });

  it('shows every segment, and records them', async () => {
    const pcap = join(folder, 'run.pcapng');
    const server = start(
      ...['--transport', 'tun', '--tun-ip', '10.1.0.2', '--port', '9000', '-v', 'debug'],
      ...['--pcap', pcap, '--time-wait', '1', '--mtu', '1400', '--tun-name', 'nltest0'],
    );
    const url = await server.url();
    expect(url).toBe('http://10.1.0.2:9000');
    await (await fetch(`${url}/json`)).text();
    await server.until(/^-> PSH-ACK seq=\d+ ack=\d+ win=\d+ len=\d+ .*port \d+: new data$/m);
    expect(server.stdout).toMatch(/^<- SYN seq=\d+ .*mss 1360/m);
    expect(server.stdout).toMatch(/^-> SYN-ACK seq=\d+ ack=\d+ /m);
    expect(server.stdout).toMatch(/\(on our own TCP; nltest0, this machine is 10\.1\.0\.3\)/);
    expect(await server.stop()).toBe(0);
    const capture = readFileSync(pcap);
    expect(capture.readUInt32BE(0)).toBe(0x0a0d0d0a);
    expect(capture.includes('hello from netlayers')).toBe(true);
    // Each with why it was sent, or what was decided about it, and the state of its connection.
    expect(capture.includes('new data; ESTABLISHED, cwnd ')).toBe(true);
    expect(capture.includes('accepted; SYN-RECEIVED')).toBe(true);
  });

  it('answers for further subnets', async () => {
    const server = start('--transport', 'tun', '--tun-route', '10.9.0.0/16');
    expect(await server.url()).toBe('http://10.0.0.2:8080');
    expect((await fetch('http://10.9.1.2:8080/json')).status).toBe(200);
    expect((await fetch('http://10.0.0.2:8080/json')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('sends UDP datagrams back, but answers no echo', async () => {
    const server = start('--udp-echo', '7777');
    await server.until(/UDP echo on port 7777: nc -u 10\.0\.0\.2 7777/);
    const [client, other] = [createSocket('udp4'), createSocket('udp4')];
    client.bind();
    other.bind(7777);
    await Promise.all([once(client, 'listening'), once(other, 'listening')]);
    let answers = 0;
    other.on('message', () => answers++);
    other.send('loop', 7777, '10.0.0.2');
    client.send('hello', 7777, '10.0.0.2');
    const [text] = (await once(client, 'message')) as [Buffer];
    expect(String(text)).toBe('hello');
    expect(answers).toBe(0);
    client.close();
    other.close();
    expect(await server.stop()).toBe(0);
  });

  it('is not replaced by the kernel when something else is wrong', async () => {
    const first = start();
    await first.url();
    const second = start('--port', '9000');
    expect(await second.ended).toBe(1);
    expect(second.stderr.trimEnd().split('\n')).toHaveLength(1);
    const third = start('--tun-ip', '10.3.0.2', '--pcap', join(folder, 'no/such/file'));
    expect(await third.ended).toBe(1);
    expect(third.stderr).toMatch(/^error --pcap .*ENOENT/);
    expect(await first.stop()).toBe(0);
  });
});
