/**
 * A UDP echo: ours on a TUN device, or node:dgram on loopback.
 *
 *     udp-server CARRIER|node-dgram ADDRESS PORT
 */

import { createSocket } from 'node:dgram';
import process from 'node:process';
import { type Carrier, openStack } from '../process/carrier.js';
import { answerLines } from '../process/lines.js';

const [kind, address, port] = [process.argv[2]!, process.argv[3]!, Number(process.argv[4])];

if (kind === 'node-dgram') {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.on('message', (data, from) => socket.send(data, from.port, from.address));
  await new Promise<void>((resolve) => {
    socket.bind(port, address, resolve);
  });
} else {
  const socket = (await openStack(kind as Carrier, address)).bindUdp({ port });
  socket.setHandler({
    handleDatagram: (buf, start, end, from) => void socket.send(buf, start, end, from),
  });
}
answerLines();
