/**
 * The clauses that titles of tests name: `it('... [RFC 9293 MUST-24, MUST-27]', ...)`, of `it`, `test`
 * and `describe`, also behind `.each(...)` and its like; or of a row of a table of tests, as its `name`,
 * its `title` or its first column. A tag that stands anywhere else in a string is reported: it would
 * look as if it counted. Skipped tests prove nothing, and theirs are not read; nor is a tag that a
 * template fills in, so the suite around it has to name the clauses.
 */

const LITERAL = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\\n])*`/g;
const ROW = /(\[|\b(name|title):)\s*$/;
const TAG = /\[RFC ([^\]]*)\]/g;

/** The clauses named in a text; `clause` is empty where the tag is no tag. */
export function tagsOf(text) {
  return [...text.matchAll(TAG)].flatMap(([tag, inside]) => {
    if (inside.includes('${')) return [];
    const parts = /^(\d+) (.+)$/.exec(inside);
    if (parts === null) return [{ tag, rfc: 0, clause: '' }];
    const [, rfc, clauses] = parts;
    return clauses.split(', ').map((clause) => ({ tag, rfc: Number(rfc), clause }));
  });
}

/** What is called with the argument that follows `before`: `it`, `test.each`; empty = nothing is. */
function calleeBefore(before) {
  let rest = before.trimEnd();
  if (!rest.endsWith('(')) return '';
  rest = rest.slice(0, -1).trimEnd();
  if (rest.endsWith(')')) {
    let depth = 0;
    let at = rest.length - 1;
    for (; at >= 0; at--) {
      if (rest[at] === ')') depth++;
      else if (rest[at] === '(' && --depth === 0) break;
    }
    rest = rest.slice(0, Math.max(at, 0)).trimEnd();
  }
  return /[\w.]+$/.exec(rest)?.[0] ?? '';
}

/**
 * Reads the tags of one file.
 *
 * @returns a list of `{ rfc, clause, tag, isTitle }`, in the order of the file.
 */
export function readTags(source) {
  const found = [];
  let lineStart = 0;
  for (const line of source.split('\n')) {
    const isComment = /^\s*(\/\/|\/?\*)/.test(line);
    if (!isComment && line.includes('[RFC ')) {
      for (const { 0: literal, index } of line.matchAll(LITERAL)) {
        const before = source.slice(0, lineStart + index);
        const [name, ...chain] = calleeBefore(before).split('.');
        if (chain.includes('skip') || chain.includes('todo')) continue;
        const isTitle = ['it', 'test', 'describe'].includes(name) || ROW.test(before);
        found.push(...tagsOf(literal).map((tag) => ({ ...tag, isTitle })));
      }
    }
    lineStart += line.length + 1;
  }
  return found;
}
