/**
 * What tests do at the kernel's end of a connection, with `node:net`: the kernel's TCP, in the
 * test's own namespace and process.
 */

import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  connect as open,
  type Server,
  type Socket,
} from 'node:net';
import { PatternCheck, patternAt } from './pattern.js';
import { KERNELS, OURS } from './tun-stack.js';

/** Connects from the kernel to a port of ours. @throws what the kernel says, with its `code`. */
export async function connect(
  port: number,
  options: { readonly host?: string; readonly allowHalfOpen?: boolean } = {},
): Promise<Socket> {
  const socket = open({ host: OURS, port, noDelay: true, ...options });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

/** A listening port of the kernel's. */
export interface KernelServer {
  readonly port: number;
  readonly server: Server;
  close(): void;
}

/** Listens in the kernel, on the device's other end. */
export async function listen(
  onSocket: (socket: Socket) => void,
  options: { readonly allowHalfOpen?: boolean; readonly port?: number } = {},
): Promise<KernelServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, ...options }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen({ host: KERNELS, port: options.port ?? 0, backlog: 4096 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port, server, close };
}

/** Checks everything that arrives; resolves when the peer has sent its last byte. */
export async function drain(socket: Socket): Promise<PatternCheck> {
  const check = new PatternCheck();
  const ended = once(socket, 'end');
  socket.on('data', (chunk) => check.take(chunk as Buffer)).resume();
  await ended;
  return check;
}

/** Sends that many bytes of the pattern as the kernel takes them, and a FIN behind them. */
export async function send(socket: Socket, length: number, thenEnd = true): Promise<void> {
  for (let sent = 0; sent < length; ) {
    const piece = patternAt(sent, length - sent);
    sent += piece.length;
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  if (thenEnd) socket.end();
}

/** Reads all that arrives until the peer ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk as Buffer));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}
