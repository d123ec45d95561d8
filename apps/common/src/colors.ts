/**
 * Colours of a terminal: sequences of ECMA-48 (8.3.117, SGR) around text.
 */

/** What each begins and ends with. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

type Color = keyof typeof CODES;
type Paint = (text: string) => string;

/** The functions that colour text, or leave it as it is. */
export interface Colors extends Readonly<Record<Color, Paint>> {
  /** Whether they do. */
  readonly areShown: boolean;
}

/** Makes them. */
export function colorsOf(areShown: boolean): Colors {
  const paint = ([begin, end]: readonly [number, number]): Paint =>
    areShown ? (text) => `\x1b[${begin}m${text}\x1b[${end}m` : (text) => text;
  const entries = Object.entries(CODES).map(([name, codes]) => [name, paint(codes)]);
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
