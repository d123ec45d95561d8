/**
 * Colours of a terminal, by what Node has for them.
 */

import { styleText } from 'node:util';

const COLORS = ['bold', 'dim', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const;

type Color = (typeof COLORS)[number];
type Paint = (text: string) => string;

/** The functions that colour text, or leave it as it is. */
export interface Colors extends Readonly<Record<Color, Paint>> {
  /** Whether they do. */
  readonly areShown: boolean;
}

/** Newer ones would look at the standard output for themselves. */
const UNASKED = { validateStream: false } as const;

/** Makes them. */
export function colorsOf(areShown: boolean): Colors {
  const paint = (color: Color): Paint =>
    areShown ? (text) => styleText(color, text, UNASKED) : (text) => text;
  const entries = COLORS.map((name) => [name, paint(name)]);
  return { areShown, ...(Object.fromEntries(entries) as Record<Color, Paint>) };
}

/**
 * Whether a stream is to be coloured: where somebody looks, on a terminal that can, or wherever
 * FORCE_COLOR says so; never under NO_COLOR.
 */
export function takesColors(
  stream: { readonly isTTY?: boolean },
  { NO_COLOR = '', FORCE_COLOR = '', TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (NO_COLOR !== '') return false;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return stream.isTTY === true && TERM !== 'dumb';
}
