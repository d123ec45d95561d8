/**
 * The wire of the path: makes two network namespaces, a TUN device in each, and carries packets
 * between them with rate, queue, delay and faults, in this process alone. Prints `ready` with two
 * paths through which others enter the namespaces; ends, with both, when its standard input does,
 * after a line of what the wire has counted.
 *
 *     path-wire IMPAIRMENTS-AS-JSON SEED MTU
 */

import { writeFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { ImpairedWire, type Impairments } from '@netlayers/sim';
import { enterNetworkNamespace, openNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun, type TunDevice } from '@netlayers/tun';
import { FAR_KERNEL, FAR_ROUTE, NEAR_KERNEL } from '../path/addresses.js';
import { DescriptorPoll } from '../path/poll.js';
import { takePriority, WIRE_PRIORITY } from '../process/priority.js';

const impairments = JSON.parse(process.argv[2]!, (_key, value) =>
  value === 'Infinity' ? Number.POSITIVE_INFINITY : value,
) as Impairments;
const [seed, mtu] = [Number(process.argv[3]), Number(process.argv[4])];
/** Packets that are read of one side before the other one is looked at. */
const BATCH = 64;
const STDIN = 0;

/** Buffers as large as Linux's senders may want on this path; nothing remembered between runs. */
const SETTINGS = {
  'net/ipv4/ip_forward': '1',
  'net/ipv4/conf/all/rp_filter': '0',
  'net/ipv4/conf/default/rp_filter': '0',
  'net/ipv4/tcp_rmem': '4096 131072 33554432',
  'net/ipv4/tcp_wmem': '4096 65536 33554432',
  'net/ipv4/tcp_no_metrics_save': '1',
};

function enter(): number {
  const namespace = enterNetworkNamespace();
  if (!namespace.available) process.exit(3);
  for (const [name, value] of Object.entries(SETTINGS)) writeFileSync(`/proc/sys/${name}`, value);
  return openNetworkNamespace();
}

const nearFd = enter();
const near = await createTun({
  address: FAR_KERNEL,
  peer: NEAR_KERNEL,
  routes: [FAR_ROUTE],
  name: 'wire',
  mtu,
});
const farFd = enter();
const far = await createTun({ address: NEAR_KERNEL, peer: FAR_KERNEL, name: 'wire', mtu });

/** Puts packets into a device; one that takes no more loses them, as a queue of a card does. */
function into(device: TunDevice): (buf: Uint8Array, start: number, end: number) => void {
  return (buf, start, end) => {
    const length = end - start;
    let at = device.reserve(length);
    if (at < 0) {
      device.flush();
      at = device.reserve(length);
      if (at < 0) return;
    }
    device.transmitBuffer.set(buf.subarray(start, end), at);
    device.commit(at, at + length, 0, 0);
  };
}

takePriority(WIRE_PRIORITY);
const there = new ImpairedWire(impairments, seed * 2, into(far));
const back = new ImpairedWire(impairments, seed * 2 + 1, into(near));
const poll = new DescriptorPoll([near.fd, far.fd, STDIN]);
let now = performance.now();
const fromNear = {
  handlePacket: (buf: Uint8Array, start: number, end: number) => there.send(buf, start, end, now),
};
const fromFar = {
  handlePacket: (buf: Uint8Array, start: number, end: number) => back.send(buf, start, end, now),
};

const inProc = (fd: number): string => `/proc/${process.pid}/fd/${fd}`;
writeSync(1, `ready ${inProc(nearFd)} ${inProc(farFd)}\n`);

while (!poll.isReady(2)) {
  now = performance.now();
  there.deliver(now);
  back.deliver(now);
  far.flush();
  near.flush();
  poll.wait(Math.min(there.nextArrival, back.nextArrival) - performance.now());
  now = performance.now();
  if (poll.isReady(0)) near.receive(BATCH, fromNear);
  if (poll.isReady(1)) far.receive(BATCH, fromFar);
}
const missed = near.counters.transmitErrors + far.counters.transmitErrors;
writeSync(1, `${JSON.stringify({ there: there.counts, back: back.counts, missed })}\n`);
process.exit(0);
