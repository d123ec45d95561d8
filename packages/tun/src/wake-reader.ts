/**
 * Frees a thread that sits in a blocking read(2) of a TUN device: only a packet ends that call, so
 * the kernel is made to send one. Without it neither the stream nor the process would ever end.
 */

import { createSocket } from 'node:dgram';

const DISCARD_PORT = 9;
const INTERVAL_MS = 20;
/** After this many packets somebody else must have taken the device. */
const MOST_TRIES = 250;

/**
 * Sends empty datagrams to an address that is routed to the device, the first at once.
 *
 * @returns stops it; to be called when the reader is gone.
 */
export function wakeReader(address: string): () => void {
  const socket = createSocket('udp4');
  let tries = 0;
  let open = true;
  const stop = (): void => {
    if (!open) return;
    open = false;
    clearInterval(timer);
    socket.close();
  };
  const poke = (): void => {
    if (tries++ === MOST_TRIES) stop();
    // An error means that the route is gone, and the interface with it.
    else socket.send('', DISCARD_PORT, address, () => {});
  };
  const timer = setInterval(poke, INTERVAL_MS);
  socket.on('error', stop);
  poke();
  return stop;
}
