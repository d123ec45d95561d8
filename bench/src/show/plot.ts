/**
 * The ratios as a picture: for each variant a dot and the quartiles of its ratio to the first variant
 * that its row names, on a logarithmic axis, right of 1 being better. What is no claim is hollow. Drawn
 * as SVG by hand: lines, dots and text need no library.
 */

import type { Comparison } from '../harness/claim.js';
import type { MeasuredRow } from '../harness/measure-row.js';
import { times } from './figures.js';

const WIDTH = 900;
const [PLOT_LEFT, PLOT_RIGHT] = [330, 800];
const [LINE_HEIGHT, TITLE_HEIGHT, TOP, BOTTOM] = [18, 26, 40, 20];
const TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];
const [OURS, THEIRS, PALE] = ['#1a5fb4', '#77767b', '#deddda'];

interface Dot {
  readonly name: string;
  readonly isOurs: boolean;
  readonly ratio: Comparison;
}

interface Block {
  readonly title: string;
  readonly dots: readonly Dot[];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (each) => ESCAPES[each]!);

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(content)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1}" x2="${x2.toFixed(1)}" y2="${y2}" stroke="${stroke}" stroke-width="${width}"/>`;

function blockOf({ row, outcomes }: MeasuredRow): Block {
  const dots = outcomes.flatMap(({ variant, comparisons: [ratio] }) =>
    ratio === undefined
      ? []
      : [{ name: variant, isOurs: /^(ours|netlayers)/.test(variant), ratio }],
  );
  const against = dots[0] === undefined ? '' : `, against ${dots[0].ratio.against}`;
  return { title: `${row.title}${against}`, dots };
}

/** Where a ratio stands, for all that are shown. */
function scaleFor(blocks: readonly Block[]): { x(ratio: number): number; ticks: number[] } {
  const shown = blocks.flatMap(({ dots }) => dots.flatMap(({ ratio }) => [ratio.low, ratio.high]));
  const ends = [...shown.filter((each) => each > 0 && Number.isFinite(each)), 0.5, 2];
  const least = TICKS.findLast((tick) => tick <= Math.min(...ends)) ?? TICKS[0]!;
  const most = TICKS.find((tick) => tick >= Math.max(...ends)) ?? TICKS.at(-1)!;
  const [from, to] = [Math.log(least), Math.log(most)];
  return {
    ticks: TICKS.filter((tick) => tick >= least && tick <= most),
    x: (ratio) => {
      const share = (Math.log(Math.min(most, Math.max(least, ratio))) - from) / (to - from);
      return PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT);
    },
  };
}

function drawDot({ name, isOurs, ratio }: Dot, x: (ratio: number) => number, y: number): string {
  const colour = isOurs ? OURS : THEIRS;
  const isClaim = ratio.verdict !== 'no claim';
  const dot =
    `<circle cx="${x(ratio.median).toFixed(1)}" cy="${y}" r="4.5" ` +
    `fill="${isClaim ? colour : 'white'}" stroke="${colour}" stroke-width="1.5"/>`;
  return [
    text(PLOT_LEFT - 12, y + 4, name, 'text-anchor="end"'),
    line(x(ratio.low), y, x(ratio.high), y, colour, 2),
    dot,
    text(PLOT_RIGHT + 12, y + 4, isClaim ? times(ratio.median) : 'no claim', `fill="${colour}"`),
  ].join('\n');
}

/** Draws the rows that have ratios. */
export function plot(rows: readonly MeasuredRow[], caption: string): string {
  const blocks = rows.map(blockOf).filter(({ dots }) => dots.length > 0);
  const { x, ticks } = scaleFor(blocks);
  const drawn: string[] = [];
  let y = TOP;
  for (const { title, dots } of blocks) {
    y += TITLE_HEIGHT;
    drawn.push(text(20, y, title, 'font-weight="bold"'));
    for (const dot of dots) {
      y += LINE_HEIGHT;
      drawn.push(drawDot(dot, x, y));
    }
  }
  const bottom = y + 12;
  const axis = ticks.flatMap((tick) => [
    line(x(tick), TOP, x(tick), bottom, tick === 1 ? THEIRS : PALE, tick === 1 ? 1.5 : 1),
    text(x(tick), TOP - 8, `${tick}x`, 'text-anchor="middle"'),
  ]);
  const captionLines = caption.split('; ');
  const height = bottom + BOTTOM + captionLines.length * 13;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Ratios of our stack to others, with their quartiles</title>',
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    ...axis,
    ...drawn,
    ...captionLines.map((words, index) =>
      text(20, bottom + 22 + index * 13, words, `font-size="10" fill="${THEIRS}"`),
    ),
    '</svg>\n',
  ].join('\n');
}
