/**
 * The media type of a file by its name (RFC 9110, 8.3).
 */

import mime from 'mime';

/** The type, with UTF-8 for text; bytes of no known kind without one. */
export function contentTypeOf(name: string): string {
  const type = mime.getType(name) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
