/**
 * The grammar of `Sec-WebSocket-Extensions` (RFC 6455, 9.1):
 *
 *     extension-list = 1#extension
 *     extension = extension-token *( ";" extension-param )
 *     extension-param = token [ "=" (token | quoted-string) ]
 */

/** One extension, as it is offered or agreed to. */
export interface Extension {
  readonly name: string;
  /** Parameters in order; `null` for one without a value. */
  readonly parameters: readonly (readonly [name: string, value: string | null])[];
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const BLANKS = '[ \\t]*';
/** A parameter; a quoted value must be a token once its quotes are gone (9.1). */
const PARAMETER = new RegExp(
  `${BLANKS};${BLANKS}(${TOKEN})(?:${BLANKS}=${BLANKS}(?:(${TOKEN})|"(${TOKEN})"))?`,
  'y',
);
const NAME = new RegExp(`[ \\t,]*(${TOKEN})`, 'y');
const SEPARATOR = new RegExp(`${BLANKS}(?:,[ \\t,]*|$)`, 'y');

/** Parses the value of all lines; `null` for one that does not follow the grammar. */
export function parseExtensions(text: string): Extension[] | null {
  const extensions: Extension[] = [];
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match;
  };
  while (at < text.length) {
    const name = next(NAME);
    if (name === null) return null;
    const parameters: [string, string | null][] = [];
    for (let found = next(PARAMETER); found !== null; found = next(PARAMETER)) {
      parameters.push([found[1]!, found[2] ?? found[3] ?? null]);
    }
    if (next(SEPARATOR) === null) return null;
    extensions.push({ name: name[1]!, parameters });
  }
  return extensions;
}

/** Writes one extension. */
export const formatExtension = ({ name, parameters }: Extension): string =>
  [name, ...parameters.map(([key, value]) => (value === null ? key : `${key}=${value}`))].join(
    '; ',
  );
