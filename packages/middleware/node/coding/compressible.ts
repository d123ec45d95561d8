/**
 * Which types of content get smaller. A list and three endings, not a data base of all types: that
 * has two thousand names for one bit, and does not know `text/event-stream`.
 */

const TEXTUAL = /^text\/|\+(?:json|xml|text|yaml)$/;

const OTHERS = new Set([
  'application/javascript',
  'application/json',
  'application/json5',
  'application/graphql',
  'application/manifest',
  'application/ndjson',
  'application/rtf',
  'application/sql',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/x-javascript',
  'application/x-ndjson',
  'application/x-sh',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/yaml',
  'font/collection',
  'font/otf',
  'font/ttf',
  'image/bmp',
  'image/vnd.microsoft.icon',
  'image/x-icon',
]);

/** Tells whether content of a type is worth a coding. @param type in lower case, without parameters. */
export const isCompressible = (type: string): boolean => TEXTUAL.test(type) || OTHERS.has(type);
