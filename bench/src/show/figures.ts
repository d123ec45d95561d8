/** How figures are written, the same in the table, the page and the plot. */

import type { Comparison } from '../harness/claim.js';
import type { Summary } from '../harness/statistics.js';

/** Three digits, or all of those before the point. */
export function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Two digits behind the point, for what is near 1; fewer for what is far from it. */
export const times = (ratio: number): string =>
  `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}x`;

/** The middle half of some figures. */
export const range = ({ low, high }: Summary, write: (value: number) => string): string =>
  `${write(low)} to ${write(high)}`;

/** A comparison, as far as it is a claim. */
export function comparison(each: Comparison): string {
  const quartiles = `(${range(each, times)})`;
  if (each.verdict === 'no claim') return `no claim ${quartiles} ${each.against}`;
  const even = each.verdict === 'even' ? 'even, ' : '';
  return `${even}${times(each.median)} ${quartiles} ${each.against}`;
}

/** A share of a core. */
const percent = (share: number | undefined): string =>
  share === undefined ? '-' : `${Math.round(share * 100)} %`;

/** How busy the two sides were. */
export const busy = (server: number | undefined, client: number | undefined): string =>
  server === undefined && client === undefined ? '' : `${percent(server)}, ${percent(client)}`;
