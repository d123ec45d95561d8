/**
 * The far end of the path: sends without end on one port, and on the next takes what comes for a
 * number of seconds from the connection on and prints how many bytes that were. On the kernel's TCP,
 * or on our stack behind a TUN device of this namespace.
 *
 *     path-server NAMESPACE kernel|ours CONGESTION-CONTROL SECONDS
 */

import net from 'node:net';
import process from 'node:process';
import { createStack, type TcpSocket } from '@netlayers/stack';
import { joinNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun } from '@netlayers/tun';
import { algorithmOf } from '../grid/algorithms.js';
import { FAR_KERNEL, FAR_OURS, SINK_PORT, SOURCE_PORT } from '../path/addresses.js';
import { fixCongestionControl } from '../process/congestion-control.js';
import { END_PRIORITY, takePriority } from '../process/priority.js';

const [namespace, kind, algorithm, seconds] = [
  process.argv[2]!,
  process.argv[3]!,
  algorithmOf(process.argv[4]!),
  Number(process.argv[5]),
];
const MB = 1024 * 1024;
const BUFFER = 16 * MB;
const CHUNK = Buffer.alloc(65_536, 7);

/** Prints what `received` says when the time is up, and then calls `end`. */
function report(received: () => number, end: () => void): void {
  setTimeout(() => {
    console.log(`received ${received()}`);
    end();
  }, seconds * 1000);
}

function serveKernel(): void {
  const sendOn = (socket: net.Socket): void => {
    fixCongestionControl(socket, algorithm.kernel);
    const pump = (): void => {
      while (!socket.destroyed && socket.write(CHUNK));
    };
    socket.on('error', () => {}).on('drain', pump);
    pump();
  };
  const take = (socket: net.Socket): void => {
    let bytes = 0;
    socket
      .on('error', () => {})
      .on('data', (data) => {
        bytes += data.length;
      });
    report(
      () => bytes,
      () => socket.resetAndDestroy(),
    );
  };
  net.createServer(sendOn).listen(SOURCE_PORT, FAR_KERNEL);
  net.createServer(take).listen(SINK_PORT, FAR_KERNEL, () => console.log('ready'));
}

async function serveOurs(): Promise<void> {
  const device = await createTun({ address: FAR_OURS, offload: true });
  const tcp = {
    sendBuffer: BUFFER,
    receiveBuffer: BUFFER,
    congestionControl: algorithm.factory,
  };
  const stack = createStack({ device, address: FAR_OURS, tcp });
  const sendOn = (socket: TcpSocket): void => {
    let isOpen = true;
    const pump = (): void => {
      while (isOpen && socket.write(CHUNK));
    };
    socket.setHandler({
      handleData: () => {},
      handleEnd: () => socket.abort(),
      handleDrain: pump,
      handleClose: () => {
        isOpen = false;
      },
    });
    pump();
  };
  const take = (socket: TcpSocket): void => {
    let bytes = 0;
    socket.setHandler({
      handleData: (_buf, start, end) => {
        bytes += end - start;
      },
      handleEnd: () => socket.end(),
      handleDrain: () => {},
      handleClose: () => {},
    });
    report(
      () => bytes,
      () => socket.abort(),
    );
  };
  stack.listen({ port: SOURCE_PORT }, sendOn);
  stack.listen({ port: SINK_PORT }, take);
  console.log('ready');
}

takePriority(END_PRIORITY);
joinNetworkNamespace(namespace);
if (kind === 'ours') await serveOurs();
else serveKernel();
