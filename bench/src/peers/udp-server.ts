/** A UDP echo: ours on a TUN device, or node:dgram on loopback. */

import { createSocket } from 'node:dgram';
import { createStack } from '@netlayers/stack';
import { createTun } from '@netlayers/tun';
import { LOOPBACK, type PeerKind, TUN_ADDRESS } from '../harness/where.js';

const [kind, port] = [process.argv[2] as PeerKind, Number(process.argv[3])];

if (kind === 'node-dgram') {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.on('message', (data, from) => socket.send(data, from.port, from.address));
  await new Promise<void>((resolve) => {
    socket.bind(port, LOOPBACK, resolve);
  });
} else {
  const device = await createTun({ address: TUN_ADDRESS, offload: kind === 'tun' });
  const socket = createStack({ device, address: TUN_ADDRESS }).bindUdp({ port });
  socket.setHandler({
    handleDatagram: (buf, start, end, from) => void socket.send(buf, start, end, from),
  });
}
console.log('ready');
