/** The encodings that a file may be kept in beside it, ready to be sent (RFC 9110, 8.4). */

/** Content codings that a file may be kept in. */
export type ContentCoding = 'br' | 'zstd' | 'gzip';

/** A coding, or none. */
export type CodingChoice = ContentCoding | 'identity';

/** The endings of files in a coding. */
export const CODING_SUFFIX: Readonly<Record<ContentCoding, string>> = {
  br: '.br',
  zstd: '.zst',
  gzip: '.gz',
};

/** The codings, the one that usually makes the smallest files first. */
export const ALL_CODINGS: readonly ContentCoding[] = ['br', 'zstd', 'gzip'];
