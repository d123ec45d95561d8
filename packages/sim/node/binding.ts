/**
 * Node's inside, as far as hooks stand on it: native modules, which programs do not see, and the error of
 * a Node that is made otherwise.
 */

/** An error that says in which way this Node is another one. */
export const otherwiseInNode = (how: string): Error =>
  Object.assign(new Error(`Node ${process.version} ${how}`), {
    code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
  });

/**
 * A native module; `null` where this Node does not give it away.
 *
 * @param name such as `zlib`.
 */
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
