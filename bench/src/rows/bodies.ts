/**
 * Content over HTTP on one kept connection: whole exchanges, one after the other.
 */

import { GENERATOR, requestFor } from '../harness/generator.js';
import type { Row } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';
import { gigabits, type Loading, loadedVariant } from './loaded.js';

const MEGABYTE = 1 << 20;
const GIGABYTE = 1 << 30;
const TURN_MS = 400;

const download = (bytes: number): Loading => ({
  service: 'http',
  mode: 'body',
  request: (host) => requestFor(host, `/bytes/${bytes}`),
  question: `run ${TURN_MS}`,
  value: gigabits,
});

const upload = (bytes: number): Loading => ({
  ...download(bytes),
  bodyBytes: bytes,
  request: (host) => `POST /sink HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${bytes}\r\n\r\n`,
});

interface Size {
  readonly label: string;
  readonly bytes: number;
  readonly turns: number;
  readonly warmUpTurns: number;
}

/** Content of a usual size. */
export const ONE_MEGABYTE: Size = { label: '1 MB', bytes: MEGABYTE, turns: 7, warmUpTurns: 5 };
/** A turn is one exchange at least. */
const ONE_GIGABYTE: Size = { label: '1 GB', bytes: GIGABYTE, turns: 5, warmUpTurns: 2 };

/** Both directions, in one piece and in many. */
export const bodyRows = (
  peers: readonly Peer[],
  against: readonly string[],
  sizes: readonly Size[] = [ONE_MEGABYTE, ONE_GIGABYTE],
): Row[] =>
  [
    { name: 'body-down', verb: 'download', loading: download },
    { name: 'body-up', verb: 'upload', loading: upload },
  ].flatMap(({ name, verb, loading }) =>
    sizes.map(({ label, bytes, turns, warmUpTurns }) => ({
      name,
      title: `HTTP content, ${label}: ${verb}`,
      unit: 'Gbit/s',
      moreIsBetter: true,
      variants: peers.map((peer) => loadedVariant(peer, loading(bytes))),
      against,
      generator: GENERATOR,
      turns,
      warmUpTurns,
    })),
  );
