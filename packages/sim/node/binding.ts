/**
 * Native modules of Node, which programs do not see; `null` where this Node does not give one away.
 */

/** @param name such as `zlib`. */
export function bindingOf<T>(name: string): T | null {
  const { binding } = process as unknown as { binding?: (name: string) => T };
  const { noDeprecation } = process;
  // The warning is for whoever writes a program, and no user of this one can heed it.
  process.noDeprecation = true;
  try {
    return binding?.call(process, name) ?? null;
  } catch {
    return null;
  } finally {
    process.noDeprecation = noDeprecation === true;
  }
}
