/**
 * What the wire saw: the kernel's own account of it, a capture by tcpdump or tshark, and our own
 * capture, both read by tshark, which must find nothing wrong in either.
 */

import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@netlayers/client';
import { captureDevice } from '@netlayers/link';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { amount, LONG, report, TIMEOUT } from '../support/long.js';
import { pattern } from '../support/pattern.js';
import { hasTool, lacks, run, start, stop } from '../support/tools.js';
import { KERNELS, OURS, openTunStack, type TunStack, withTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
/**
 * What must not be there. One in 65,536 packets of the kernel's is excepted: where the TCP checksum
 * is zero it writes 0xffff, as UDP has it, which is the same number but not to tshark (RFC 1624).
 */
const WRONG = `(_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0) && !(ip.src == ${KERNELS} && tcp.checksum == 0xffff)`;
const ODD =
  'tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.spurious_retransmission || tcp.analysis.out_of_order || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.duplicate_ack';

/** A column of /proc/net/snmp: what the kernel of this namespace has counted. */
function kernelCount(layer: string, name: string): number {
  const lines = readFileSync('/proc/net/snmp', 'latin1').split('\n');
  const [names, values] = lines
    .filter((line) => line.startsWith(`${layer}:`))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf(name) ?? -1]);
}

/** Every kind of request, over TUN and without offload. */
async function traffic({ stack }: TunStack): Promise<void> {
  const server = await serve(stack.transport);
  for (const path of ['/', '/json', '/headers', '/methods', '/nowhere']) await ask(path);
  const body = pattern(amount(5_000_000, 50_000_000));
  expect((await ask('/echo', { method: 'POST', body })).body.equals(body)).toBe(true);
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const one = async (): Promise<void> => {
    const [response] = await once(request({ host: OURS, path: '/json', agent }).end(), 'response');
    response.resume();
    await once(response, 'end');
  };
  await Promise.all(Array.from({ length: 1000 }, one));
  agent.destroy();
  if (hasTool('curl')) await run('curl', ['-sS', '-o', '/dev/null', `http://${OURS}/`]);
  if (hasTool('ab')) await run('ab', ['-q', '-n', '500', '-c', '20', `http://${OURS}/json`]);
  if (LONG && hasTool('wrk')) await run('wrk', ['-t1', '-c64', '-d1s', `http://${OURS}/json`]);
  // And once as a client.

  const theirs = createServer((_, response) => response.end(body));
  theirs.listen(8080, KERNELS);
  await once(theirs, 'listening');
  const client = new Client({ transport: stack.transport });
  const answer = await client.get(`http://${KERNELS}:8080/`);
  expect(Buffer.compare(await answer.bytes(), body)).toBe(0);
  await client.close();
  theirs.close();
  theirs.closeAllConnections();
  await server.close();
  await sleep(1200);
}

describe.skipIf(!namespace.available)('the traffic of a server and a client over TUN', () => {
  it('is without fault for the kernel', { timeout: TIMEOUT }, async () => {
    const before = kernelCount('Tcp', 'InErrs') + kernelCount('Ip', 'InHdrErrors');
    const segments = kernelCount('Tcp', 'InSegs');
    await withTunStack({}, traffic);
    expect(kernelCount('Tcp', 'InSegs') - segments).toBeGreaterThan(2000);
    expect(kernelCount('Tcp', 'InErrs') + kernelCount('Ip', 'InHdrErrors')).toBe(before);
  });

  it.skipIf(lacks('tshark'))('is without fault for tshark', { timeout: 2 * TIMEOUT }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netlayers-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const ours = join(folder, 'ours.pcapng');
    const theirs = join(folder, 'theirs.pcap');
    const file = openSync(ours, 'w');
    const context = await openTunStack({
      wrap: (tun) =>
        captureDevice(tun, {
          sink: { write: (bytes) => void writeSync(file, bytes) },
          wallTime: Date.now,
          interfaceName: tun.name,
        }),
    });
    const { name } = context.tun;
    const capturer = hasTool('tcpdump')
      ? start('tcpdump', ['-i', name, '-s', '0', '-B', '65536', '-Z', 'root', '-w', theirs])
      : start('tshark', ['-q', '-i', name, '-B', '64', '-w', theirs]);
    let said = '';
    capturer.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    onTestFinished(() => stop(capturer));
    while (!/listening|Capturing/i.test(said)) await sleep(20);
    await traffic(context);
    await context.close();
    await sleep(300);
    await stop(capturer, 'SIGINT');
    closeSync(file);

    for (const path of [ours, theirs]) {
      const check = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
      const { code, stdout, stderr } = await run(
        'tshark',
        ['-n', '-r', path, ...check, '-Y', WRONG],
        {
          timeoutMs: TIMEOUT,
        },
      );
      expect(code, stderr).toBe(0);
      expect(String(stdout)).toBe('');
      // And it has looked at something: checksums that it found right.
      const right = ['-Y', 'tcp.checksum.status == 1 && ip.checksum.status == 1', '-T', 'fields'];
      const seen = await run('tshark', [
        '-n',
        '-r',
        path,
        ...check,
        ...right,
        '-e',
        'frame.number',
      ]);
      const packets = String(seen.stdout).split('\n').length - 1;
      report(`${path === ours ? 'our' : 'their'} capture: ${packets} segments, all right`);
      expect(packets).toBeGreaterThan(5000);
    }
    const { code, stdout } = await run('tshark', ['-n', '-r', ours, '-Y', ODD], {
      timeoutMs: TIMEOUT,
    });
    expect(code).toBe(0);
    const odd = String(stdout).split('\n').filter(Boolean);
    report(`odd segments in our capture: ${odd.length}`);
    for (const line of odd.slice(0, 40)) report(line);
    const fromUs = odd.filter((line) => line.includes(`${OURS} → ${KERNELS}`));
    // On a wire that loses nothing we repeat nothing; what the kernel repeats is its own affair.
    expect(fromUs.filter((line) => /Retransmission|Out-Of-Order/.test(line))).toEqual([]);
    expect(context.stack.counters().tcp.retransmissions).toBe(0);
  });
});
