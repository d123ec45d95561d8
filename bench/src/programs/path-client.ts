/**
 * The near end of the path, always on the kernel's TCP: connects, and takes what comes for a number
 * of seconds, or sends for as long. Prints the bytes that it has received in that time.
 *
 *     path-client NAMESPACE down|up HOST CONGESTION-CONTROL SECONDS
 */

import net from 'node:net';
import process from 'node:process';
import { joinNetworkNamespace } from '@netlayers/testkit/netns';
import { algorithmOf } from '../grid/algorithms.js';
import { SINK_PORT, SOURCE_PORT } from '../path/addresses.js';
import { fixCongestionControl } from '../process/congestion-control.js';
import { END_PRIORITY, takePriority } from '../process/priority.js';

const [namespace, direction, host, algorithm, seconds] = [
  process.argv[2]!,
  process.argv[3]!,
  process.argv[4]!,
  algorithmOf(process.argv[5]!),
  Number(process.argv[6]),
];
const CHUNK = Buffer.alloc(65_536, 7);

function down(): void {
  let bytes = 0;
  const callback = (length: number): boolean => {
    bytes += length;
    return true;
  };
  const socket = net.connect({
    host,
    port: SOURCE_PORT,
    onread: { buffer: Buffer.alloc(256 * 1024), callback },
  });
  socket.once('connect', () => {
    setTimeout(() => {
      console.log(bytes);
      socket.resetAndDestroy();
    }, seconds * 1000);
  });
}

/** Sends until the other end, which counts, resets the connection. */
function up(): void {
  const socket = net.connect({ host, port: SINK_PORT });
  socket.on('error', () => process.exit(0));
  socket.once('connect', () => {
    fixCongestionControl(socket, algorithm.kernel);
    const pump = (): void => {
      while (!socket.destroyed && socket.write(CHUNK));
    };
    socket.on('drain', pump);
    pump();
  });
}

takePriority(END_PRIORITY);
joinNetworkNamespace(namespace);
if (direction === 'down') down();
else up();
