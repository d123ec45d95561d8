/**
 * From the path of a request to the segments of a file name, or to a refusal; no file system here.
 *
 * A path is percent-decoded exactly once (RFC 3986, 2.4), segment by segment, so that an encoded
 * slash can never become a separator and a doubly encoded dot stays the text `%2e`. What could mean
 * something else to a file system than to the URL is refused, not repaired: NUL, backslash, dot
 * segments, empty segments in the middle. The invariant: joining the segments of a result under a
 * folder never leaves it, symbolic links aside, which `open-file.ts` looks at.
 */

/** Why a path cannot name a file: it is no text at all, or it is one that we do not follow. */
export type PathRefusal = 'malformed' | 'refused';

/** The segments of a relative file name; `directory` when the path ended in a slash. */
export interface TargetPath {
  readonly segments: readonly string[];
  readonly directory: boolean;
}

// On Windows a colon selects a drive or a stream, and trailing dots and spaces vanish.
const UNSAFE = /[\\\0/]/;
const UNSAFE_ON_WINDOWS = /[\\\0/:*?"<>|]|[. ]$/;

/**
 * Resolves the path of a request.
 *
 * @param path as it was sent, without its query; it begins with a slash.
 * @param platform Node's name of the operating system.
 */
export function resolveTargetPath(path: string, platform: string): TargetPath | PathRefusal {
  if (!path.startsWith('/')) return 'refused';
  const raw = path.slice(1).split('/');
  const directory = raw.at(-1) === '';
  if (directory) raw.pop();
  const unsafe = platform === 'win32' ? UNSAFE_ON_WINDOWS : UNSAFE;
  const segments: string[] = [];
  for (const part of raw) {
    let segment: string;
    try {
      segment = decodeURIComponent(part);
    } catch {
      return 'malformed';
    }
    if (segment.includes('\0')) return 'malformed';
    if (segment === '' || segment === '.' || segment === '..') return 'refused';
    if (unsafe.test(segment)) return 'refused';
    segments.push(segment);
  }
  return { segments, directory };
}

/** Whether some segment is hidden by the convention of a leading dot. */
export function hasDotfile(segments: readonly string[]): boolean {
  return segments.some((segment) => segment.startsWith('.'));
}
