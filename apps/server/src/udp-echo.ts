/**
 * A UDP echo (RFC 862) on a stack: whoever sends a datagram gets it back.
 *
 * It answers no more than it is asked, and never an echo: two of them would keep each other busy for
 * ever, and one packet with a false sender is enough to begin. Nor does it answer what was sent to
 * everybody.
 */

import type { Stack, UdpSocket } from '@netlayers/stack';

/** The port of the service (RFC 862). */
export const ECHO_PORT = 7;

/**
 * Opens the port.
 *
 * @throws UdpError EADDRINUSE.
 */
export function serveUdpEcho(stack: Stack, port: number): UdpSocket {
  const socket = stack.bindUdp({ port });
  socket.setHandler({
    handleDatagram(buf, start, end, from) {
      const isEcho = from.port === ECHO_PORT || from.port === port;
      if (isEcho || from.port === 0 || from.isBroadcast) return;
      // What finds no room in the device's queue is counted there, as on any network.
      socket.send(buf, start, end, from);
    },
  });
  return socket;
}
