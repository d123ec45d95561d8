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

/** The names of all dimensions, in their order. */
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly Dimension[];

/** The values of each dimension that are meant, as indexes. */
export type Selection = readonly (readonly number[])[];

const cellFrom = (indexes: Combination): Cell =>
  Object.fromEntries(
    DIMENSION_NAMES.map((name, dimension) => [name, DIMENSIONS[name][indexes[dimension]!]]),
  ) as Cell;

/** How many cells the product of a selection has. */
export const productOf = (selection: Selection): number =>
  selection.reduce((product, { length }) => product * length, 1);

/** The cell with a number of the product, from 0 on. */
export function cellAt(selection: Selection, number: number): Cell {
  let rest = number;
  return cellFrom(
    selection.map((indexes) => {
      const index = indexes[rest % indexes.length]!;
      rest = Math.floor(rest / indexes.length);
      return index;
    }),
  );
}

const bytesText = (bytes: number): string => (bytes < MB ? `${bytes / KB}K` : `${bytes / MB}M`);
const rateText = (mbit: number): string => (mbit < 1000 ? `${mbit}M` : `${mbit / 1000}G`);

/** Spells a value of one dimension, without blanks. */
function spell(dimension: Dimension, value: Cell[Dimension]): string {
  switch (dimension) {
    case 'sendBuffer':
    case 'receiveBuffer':
      return bytesText(value as number);
    case 'rateMbit':
      return rateText(value as number);
    case 'duplicate':
      return `${(value as number) * 100}%`;
    default:
      return String(value).replaceAll(' ', '-');
  }
}

/** Spells every value of a dimension. */
export const valuesOf = (dimension: Dimension): string[] =>
  DIMENSIONS[dimension].map((value) => spell(dimension, value));

/** Spells the value that a cell has in one dimension. */
export const valueText = (cell: Cell, dimension: Dimension): string =>
  spell(dimension, cell[dimension]);

/** Spells a cell: `loss=1% rttMs=20 ...`. */
export const cellName = (cell: Cell): string =>
  DIMENSION_NAMES.map((name) => `${name}=${valueText(cell, name)}`).join(' ');

/**
 * The values that a filter leaves: `loss=1%|5% mtu=68` in the spelling of `cellName`, parts
 * separated by blanks or commas; a dimension that is not named keeps all of its values.
 *
 * @throws RangeError for a dimension or a value that does not exist.
 */
export function select(filter: string): Selection {
  const parts = filter.split(/[ ,]+/).filter((part) => part !== '');
  const wanted = new Map(parts.map((part) => part.split('=') as [string, string | undefined]));
  for (const name of wanted.keys()) {
    if (DIMENSION_NAMES.includes(name as Dimension)) continue;
    throw new RangeError(
      `no dimension is called ${name}: choose from ${DIMENSION_NAMES.join(', ')}`,
    );
  }
  return DIMENSION_NAMES.map((name) => {
    const spelled = valuesOf(name);
    const values = wanted.get(name)?.split('|') ?? spelled;
    return values.map((value) => {
      const index = spelled.indexOf(value);
      if (index >= 0) return index;
      throw new RangeError(`${name} is never ${value}: choose from ${spelled.join(', ')}`);
    });
  });
}

/** Whether a cell is in a selection. */
export const contains = (selection: Selection, cell: Cell): boolean =>
  DIMENSION_NAMES.every((name, dimension) =>
    selection[dimension]!.some((index) => DIMENSIONS[name][index] === cell[name]),
  );

/** Where nothing is left to chance. */
const CLEAN = 'loss=0 reorder=none duplicate=0%';

/** Cells of a selection in which every value of every three dimensions meets every other. */
function covering(selection: Selection, seed: number): Cell[] {
  const sizes = selection.map(({ length }) => length);
  return coveringSet(sizes, seed).map((indexes) =>
    cellFrom(indexes.map((index, dimension) => selection[dimension]![index]!)),
  );
}

/**
 * Cells in which every value of every three dimensions meets every other, and again among those
 * cells where nothing is lost, late or double: each of these takes three values to be one, so few
 * are among the former.
 */
export function coveringCells(seed: number): Cell[] {
  const cells = [...covering(select(''), seed), ...covering(select(CLEAN), seed)];
  return [...new Map(cells.map((cell) => [cellName(cell), cell])).values()];
}

/** A seed of a cell that stays the same whatever other cells there are (FNV-1a of its name). */
export function seedOf(cell: Cell, base: number): number {
  let hash = 0x811c9dc5 ^ base;
  for (const character of cellName(cell)) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return hash >>> 0;
}
