/**
 * The dimensions of the grid and their values. A cell is one value of each; its name spells all of
 * them, so that a line of the table or a failure says everything.
 */

import { ALGORITHMS } from './algorithms.js';
import { type Combination, coveringSet } from './covering-set.js';

const KB = 1024;
const MB = 1024 * KB;

/** Every dimension, the most varied first. */
export const DIMENSIONS = {
  /** Share of packets lost, in each direction; `burst`: five in a row, 0.25 % in all. */
  loss: ['0', '0.1%', '1%', '5%', '20%', 'burst'],
  rttMs: [0, 1, 20, 100, 500],
  /** How many packets come late, and by how much of the RTT (at least 1 ms). */
  reorder: ['none', '1% by 1/8', '10% by 1/2'],
  /** Share of packets that arrive twice. */
  duplicate: [0, 0.01, 0.1],
  mtu: [68, 296, 576, 1500, 9000, 65535],
  /** The largest segment that the receiver asks for; 0 = what the MTU allows. */
  peerMss: [0, 48, 536],
  sendBuffer: [KB, 64 * KB, MB, 16 * MB],
  receiveBuffer: [KB, 16 * KB, MB, 16 * MB],
  rateMbit: [1, 10, 100, 1000, 10_000],
  /** What waits for the rate: one bandwidth-delay product and at least 64 KB, 16 MB, or 8 packets. */
  queue: ['bdp', 'deep', 'shallow'],
  traffic: ['there', 'both', 'turns'],
  options: ['all', 'no SACK', 'no timestamps', 'none'],
  algorithm: ALGORITHMS.map(({ name }) => name),
} as const;

/** The name of a dimension. */
export type Dimension = keyof typeof DIMENSIONS;

/** One value of each dimension. */
export type Cell = { readonly [D in Dimension]: (typeof DIMENSIONS)[D][number] };

const NAMES = Object.keys(DIMENSIONS) as Dimension[];
const SIZES = NAMES.map((name) => DIMENSIONS[name].length);

/** How many cells the product of all dimensions has. */
export const PRODUCT = SIZES.reduce((product, size) => product * size, 1);

const cellFrom = (indexes: Combination): Cell =>
  Object.fromEntries(
    NAMES.map((name, dimension) => [name, DIMENSIONS[name][indexes[dimension]!]]),
  ) as Cell;

/** The cell with a number of the product, 0 to `PRODUCT - 1`. */
export function cellAt(number: number): Cell {
  let rest = number;
  return cellFrom(
    SIZES.map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    }),
  );
}

/** Cells in which every value of every three dimensions meets every other. */
export const coveringCells = (seed: number): Cell[] => coveringSet(SIZES, seed).map(cellFrom);

const bytesText = (bytes: number): string => (bytes < MB ? `${bytes / KB}K` : `${bytes / MB}M`);
const rateText = (mbit: number): string => (mbit < 1000 ? `${mbit}M` : `${mbit / 1000}G`);

/** Spells the value of one dimension. */
export function valueText(cell: Cell, dimension: Dimension): string {
  switch (dimension) {
    case 'sendBuffer':
    case 'receiveBuffer':
      return bytesText(cell[dimension]);
    case 'rateMbit':
      return rateText(cell.rateMbit);
    case 'duplicate':
      return `${cell.duplicate * 100}%`;
    default:
      return String(cell[dimension]);
  }
}

/** Spells a cell: `loss=1% rttMs=20 ...`. */
export const cellName = (cell: Cell): string =>
  NAMES.map((name) => `${name}=${valueText(cell, name).replaceAll(' ', '-')}`).join(' ');

/**
 * Whether a cell is meant by a filter: `loss=1%,mtu=68`, in the spelling of `cellName`; several
 * values of a dimension with `|`.
 *
 * @throws RangeError for a dimension that does not exist.
 */
export function matches(cell: Cell, filter: string): boolean {
  return filter
    .split(/[ ,]+/)
    .filter((part) => part !== '')
    .every((part) => {
      const [name = '', values = ''] = part.split('=');
      if (!NAMES.includes(name as Dimension)) {
        throw new RangeError(`no dimension is called ${name}: choose from ${NAMES.join(', ')}`);
      }
      const value = valueText(cell, name as Dimension).replaceAll(' ', '-');
      return values.split('|').includes(value);
    });
}
