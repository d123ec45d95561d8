/**
 * What the tests of this package share: runs that repeat themselves with a capture when they fail,
 * and transfers between two hosts.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, type SimHost, type SimNetwork } from '@netlayers/sim';
import type { TcpSocket } from '@netlayers/stack';
import { RecordingPeer, seededRandom } from '@netlayers/testkit';

/**
 * Runs a simulation. When it fails it is run again, which is the same run, with a capture, and the
 * error says the seed and where the capture is.
 */
export async function simulate(
  name: string,
  seed: number,
  body: (network: SimNetwork) => Promise<void>,
): Promise<void> {
  try {
    await body(createNetwork({ seed }));
  } catch (error) {
    const again = createNetwork({ seed, capture: true });
    await body(again).catch(() => {});
    const folder = join(tmpdir(), 'netlayers-sim');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name.replace(/[^a-z0-9]+/gi, '-')}-${seed}.pcapng`);
    writeFileSync(file, again.capture());
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}, seed ${seed}: ${message} (capture: ${file})`, { cause: error });
  }
}

/** Both ends of a connection, each with a recording peer. */
export interface Pair {
  readonly client: RecordingPeer;
  readonly server: RecordingPeer;
  readonly clientSocket: TcpSocket;
  readonly serverSocket: TcpSocket;
}

/** After this time a listener has given up a peer whose ACKs were all lost, in ms. */
const HALF_OPEN_MS = 64_000;

/** Connects two hosts; to be called inside of a run. */
export async function openPair(network: SimNetwork, from: SimHost, to: SimHost): Promise<Pair> {
  let serverSocket: TcpSocket | null = null;
  const listener = to.stack.listen({ port: 0 }, (socket) => {
    serverSocket = socket;
  });
  for (;;) {
    const clientSocket = await from.stack.connect({ host: to.address, port: listener.port });
    // The last ACK of a handshake may be lost, again and again: then only one side is connected.
    const limit = network.clock.now() + HALF_OPEN_MS;
    const wakeUp = network.clock.setTimer(limit, () => {});
    await network.until(() => serverSocket !== null || network.clock.now() >= limit);
    network.clock.clearTimer(wakeUp);
    if (serverSocket === null) {
      clientSocket.abort();
      continue;
    }
    const client = new RecordingPeer(clientSocket).attach();
    const server = new RecordingPeer(serverSocket).attach();
    await listener.close();
    return { client, server, clientSocket, serverSocket };
  }
}

/** What is wrong with a finished transfer; an empty list = nothing. */
export function faultsOf(name: string, peer: RecordingPeer, expected: number): string[] {
  const faults = peer.violations.map((violation) => `${name}: ${violation}`);
  if (peer.received !== expected) faults.push(`${name} received ${peer.received} of ${expected}`);
  if (peer.firstDifference >= 0) faults.push(`${name} differs at ${peer.firstDifference}`);
  if (peer.closeError !== null) faults.push(`${name} closed with ${peer.closeError}`);
  if (!peer.closed) faults.push(`${name} is not closed`);
  return faults;
}

/** A prime, so that no power of two hides a block that came twice or in the wrong place. */
const PERIOD = 65_521;
/** The bytes of a bulk transfer, twice, so that any run of a period is one slice. */
const PATTERN = ((): Buffer => {
  const period = seededRandom(9293).bytes(PERIOD);
  return Buffer.concat([period, period]);
})();

/**
 * Sends many bytes from one host to another, compares every one, and throws if anything is wrong.
 * Much cheaper than `transfer`, which looks at more.
 */
export async function sendBulk(
  network: SimNetwork,
  from: SimHost,
  to: SimHost,
  bytes: number,
): Promise<void> {
  let received = 0;
  let difference = -1;
  let closings = 0;
  const close = (error: Error | null): void => {
    if (error !== null) throw error;
    closings++;
  };
  to.stack.listen({ port: 80 }, (socket) => {
    socket.setHandler({
      handleData(buf, start, end) {
        for (let at = start; at < end; ) {
          const length = Math.min(end - at, PERIOD);
          const wanted = received % PERIOD;
          const isSame = PATTERN.compare(buf, at, at + length, wanted, wanted + length) === 0;
          if (!isSame && difference < 0) difference = received;
          at += length;
          received += length;
        }
      },
      handleEnd: () => socket.end(),
      handleDrain() {},
      handleClose: close,
    });
  });
  await network.run(async () => {
    const socket = await from.stack.connect({ host: to.address, port: 80 });
    let sent = 0;
    const sendMore = (): void => {
      while (sent < bytes) {
        const at = sent % PERIOD;
        const length = Math.min(bytes - sent, PERIOD);
        sent += length;
        if (!socket.write(PATTERN, at, at + length)) break;
      }
      if (sent === bytes) socket.end();
    };
    socket.setHandler({
      handleData() {},
      handleEnd() {},
      handleDrain: sendMore,
      handleClose: close,
    });
    sendMore();
    await network.until(() => closings === 2);
  });
  if (received !== bytes) throw new Error(`${received} of ${bytes} bytes were received`);
  if (difference >= 0) throw new Error(`the bytes differ somewhere behind ${difference}`);
}

/** How a transfer went. */
export interface TransferResult extends Pair {
  /** Virtual time from the first byte written to the end seen by the reader. */
  readonly ms: number;
}

/** Sends bytes one way, or both, closes, and throws if anything is wrong. */
export async function transfer(
  network: SimNetwork,
  from: SimHost,
  to: SimHost,
  bytes: number,
  back = 0,
  limitMs = 7_200_000,
): Promise<TransferResult> {
  let pair: Pair | null = null;
  let began = 0;
  let ended = 0;
  await network.run(
    async () => {
      pair = await openPair(network, from, to);
      const { client, server } = pair;
      server.reactions.end = () => {
        ended = network.clock.now();
      };
      began = network.clock.now();
      client.sendPattern(bytes, true);
      server.sendPattern(back, true);
      await network.until(() => client.closed && server.closed, { limitMs });
    },
    { limitMs },
  );
  const { client, server } = pair as unknown as Pair;
  const faults = [...faultsOf('server', server, bytes), ...faultsOf('client', client, back)];
  if (faults.length > 0) throw new Error(faults.join('; '));
  return { ...(pair as unknown as Pair), ms: ended - began };
}
