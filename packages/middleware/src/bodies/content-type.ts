/**
 * What a request says its content is (RFC 9110, 8.3).
 */

import type { ServerRequest } from '@netlayers/server';

/** A media type, as far as readers of bodies ask. */
export interface ContentType {
  /** In lower case, without parameters; empty without a field. */
  readonly type: string;
  /** In lower case; `null` without one. */
  readonly charset: string | null;
}

const CHARSET = /;\s*charset\s*=\s*(?:"([^"\\]*)"|([^\s;"]+))/i;

/** Reads the field. */
export function contentTypeOf({ headers }: ServerRequest): ContentType {
  const field = headers.get('content-type') ?? '';
  const match = CHARSET.exec(field);
  return {
    type: field.split(';', 1)[0]!.trim().toLowerCase(),
    charset: (match?.[1] ?? match?.[2])?.toLowerCase() ?? null,
  };
}
