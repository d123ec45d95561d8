/**
 * Requests per second: many on kept connections, and each on a connection of its own.
 */

import { hasProgram, runClient, runClientPeer, startPeer } from '../harness/processes.js';
import type { Row, Variant } from '../harness/row.js';
import { addressOf, PEER_TITLES, type PeerKind } from '../harness/where.js';

const PORT = 8080;
const KEPT_CONNECTIONS = 64;
const NEW_CONNECTIONS = 16;

/** Who makes the load of the first row. */
export const LOAD_GENERATOR = hasProgram('wrk') ? 'wrk' : 'node:net';

async function wrk(host: string, seconds: number): Promise<number> {
  const url = `http://${host}:${PORT}/`;
  const report = await runClient(['wrk', '-t1', `-c${KEPT_CONNECTIONS}`, `-d${seconds}s`, url]);
  const errors = /Socket errors: (.*)/.exec(report);
  if (errors !== null) console.error(`socket errors at ${host}: ${errors[1]}`);
  return Number(/Requests\/sec: +([\d.]+)/.exec(report)![1]);
}

const load = (mode: string, host: string, connections: number, seconds: number): Promise<number> =>
  runClientPeer('load', mode, host, String(PORT), String(connections), String(seconds));

function variant(
  kind: PeerKind,
  run: (host: string, seconds: number) => Promise<number>,
  seconds: number,
): Variant {
  return {
    name: PEER_TITLES[kind],
    measure: async () => {
      const server = await startPeer('http-server', kind, String(PORT));
      try {
        await run(addressOf(kind), 1);
        return await run(addressOf(kind), seconds);
      } finally {
        await server.stop();
      }
    },
  };
}

/** The rows of requests, for the sorts of peer that can run here. */
export function httpRows(kinds: readonly PeerKind[], seconds: number): Row[] {
  const keepAlive = (host: string, duration: number): Promise<number> =>
    LOAD_GENERATOR === 'wrk'
      ? wrk(host, duration)
      : load('keep-alive', host, KEPT_CONNECTIONS, duration);
  const connect = (host: string, duration: number): Promise<number> =>
    load('connect', host, NEW_CONNECTIONS, duration);
  return [
    {
      name: 'hello',
      title: `hello, ${KEPT_CONNECTIONS} kept connections (${LOAD_GENERATOR})`,
      unit: 'requests/s',
      moreIsBetter: true,
      variants: kinds.map((kind) => variant(kind, keepAlive, seconds)),
      baseline: PEER_TITLES['node-http'],
    },
    {
      name: 'connect',
      title: `connect, GET, close, ${NEW_CONNECTIONS} at once (node:net)`,
      unit: 'requests/s',
      moreIsBetter: true,
      variants: kinds
        .filter((kind) => kind !== 'node-net')
        .map((kind) => variant(kind, connect, seconds)),
      baseline: PEER_TITLES['node-http'],
    },
  ];
}
