/**
 * The oldest Node that the commands run on. An entry asks before it loads anything else: what the
 * commands are built on cannot even be parsed by older ones, and says so in words for nobody.
 */

/** As `engines` of the packages says it. */
export const OLDEST_NODE = '20.19';

const partsOf = (version: string): number[] =>
  version.split('.').map((part) => Number.parseInt(part, 10));

/** What is wrong with a version of Node, in one line; `null` when it will do. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = partsOf(version);
  const [leastMajor = 0, leastMinor = 0] = partsOf(OLDEST_NODE);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null;
  return `Node.js ${OLDEST_NODE} or newer is needed, and this is ${version}: see https://nodejs.org`;
}
