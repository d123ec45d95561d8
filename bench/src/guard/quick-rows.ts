/**
 * The rows of the guard: what a change of the hot path would show in, each in two versions. Each variant
 * has another process in every start, since how code was compiled and where memory lies differ by
 * process.
 */

import type { Row } from '../harness/row.js';
import { ours, type Version } from '../peers/ours.js';
import type { Peer } from '../peers/peer.js';
import type { Carrier } from '../process/carrier.js';
import { bodyRows, ONE_MEGABYTE } from '../rows/bodies.js';
import { downloadRow, uploadRow } from '../rows/bulk.js';
import { pairRows } from '../rows/pair.js';
import { parseRows } from '../rows/parse.js';
import { connectRow, helloRow } from '../rows/requests.js';

const STARTS = 3;
const TURNS = 5;

/** The rows, one variant of now and one of before in each. */
export function quickRows(now: Version, before: Version, hasTun: boolean): Row[] {
  const carriers: Carrier[] = hasTun ? ['tun', 'tun-plain', 'kernel'] : ['kernel'];
  const http: Carrier[] = hasTun ? ['tun', 'kernel'] : ['kernel'];
  const both = (carrier: Carrier): Peer[] => [ours(carrier, now), ours(carrier, before)];
  const beside = (carrier: Carrier): readonly string[] => [ours(carrier, before).title];
  const rows = [
    ...http.flatMap((carrier) => [
      helloRow(both(carrier), beside(carrier)),
      connectRow(both(carrier), beside(carrier)),
    ]),
    ...carriers.flatMap((carrier) => [
      downloadRow(both(carrier), beside(carrier)),
      uploadRow(both(carrier), beside(carrier)),
    ]),
    ...http.flatMap((carrier) => bodyRows(both(carrier), beside(carrier), [ONE_MEGABYTE])),
    ...parseRows([now, before], false),
    ...pairRows([now, before]),
  ];
  return rows.map((row) => ({ ...row, starts: STARTS, turns: TURNS }));
}
