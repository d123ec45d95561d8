/**
 * A file as the program that serves it sees it, in rules about fields.
 */

import type { ContentCoding } from '../request/content-coding.js';

/** A file that is being served. */
export interface ServedFile {
  /**
   * Path below the root, with slashes: `assets/app.js`. It is the file's own, also where the file
   * stands for its folder, comes in a content coding, or is the fallback.
   */
  readonly path: string;
  /** Bytes of what is sent, in its content coding. */
  readonly size: number;
  /** Milliseconds since 1970, whole seconds. */
  readonly modifiedMs: number;
  /** The content coding chosen; `null` for the file as it is. */
  readonly coding: ContentCoding | null;
}
