/** `npm run conformance`, and that it finds what it is there for. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from './workspace.js';

interface Clause {
  readonly id: string;
  readonly statement: string;
  readonly where: readonly string[];
  readonly isDone: boolean;
  readonly note: string;
  readonly reason: string;
}

interface Document {
  readonly number: number;
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly clauses: readonly Clause[] }[];
}

interface TestFile {
  readonly path: string;
  readonly source: string;
}

interface Tests {
  readonly byClause: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** The scripts have no types of their own. */
const script = <T>(name: string): Promise<T> =>
  import(pathToFileURL(join(ROOT, 'scripts', name)).href) as Promise<T>;

const { checkRepository, problemOfPage } = await script<{
  checkRepository(): { problems: readonly string[] };
  problemOfPage(page: string | null, wanted: string, path: string): string[];
}>('conformance.mjs');
const { collectTests, findProblems } = await script<{
  collectTests(files: readonly TestFile[]): Tests;
  findProblems(
    documents: readonly Document[],
    tests: Tests,
    sourceOf: (path: string) => string | null,
  ): string[];
}>('conformance/check.mjs');
const { renderPage } = await script<{
  renderPage(documents: readonly Document[], tests: Tests): string;
}>('conformance/render.mjs');
const { documents } = await script<{ documents: readonly Document[] }>('conformance/documents.mjs');

const clause = (id: string, rest: Partial<Clause> = {}): Clause => ({
  id,
  statement: 'it is so',
  where: ['wire/a.ts'],
  isDone: true,
  note: '',
  reason: '',
  ...rest,
});

/** A tag, put together so that this file has none of its own. */
const tag = (inside: string): string => `[${'RFC'} ${inside}]`;

/** What is wrong with these clauses of an RFC 1, tests of one file, and a source `wire/a.ts`. */
function problemsOf(clauses: readonly Clause[], test: string): string[] {
  const rfc1 = { number: 1, title: 'One', sections: [{ title: '', clauses }] };
  const tests = collectTests([{ path: 'a.test.ts', source: test }]);
  return findProblems([rfc1], tests, (path) =>
    path === 'packages/tcp/src/wire/a.ts' ? 'const parse = 1' : null,
  );
}

const proof = (clauses: string): string => `it('does it ${tag(clauses)}', () => {});`;

describe('the check of the clauses', () => {
  it('has nothing to say of this repository', () => {
    expect(checkRepository().problems).toEqual([]);
  });

  it('knows every numbered requirement of RFC 9293', () => {
    const rfc9293 = documents.find(({ number }) => number === 9293);
    const ids = rfc9293?.sections.flatMap(({ clauses }) => clauses.map(({ id }) => id));
    const counts = { MUST: 69, SHLD: 31, MAY: 18, REC: 1 };
    for (const [kind, count] of Object.entries(counts)) {
      for (let n = 1; n <= count; n++) expect(ids).toContain(`${kind}-${n}`);
    }
  });

  it('finds a clause with neither a test nor a reason', () => {
    expect(problemsOf([clause('2.1')], '')).toEqual(['RFC 1 2.1 has neither a test nor a reason']);
    expect(problemsOf([clause('2.1', { reason: 'cannot be' })], '')).toEqual([]);
    expect(problemsOf([clause('2.1')], proof('1 2.1'))).toEqual([]);
    expect(problemsOf([clause('2.1', { where: [] })], proof('1 2.1'))).toHaveLength(1);
  });

  it('finds a tag that names no clause', () => {
    for (const unknown of ['1 2.2', '2 2.1', '1 2.1, 2.2']) {
      expect(problemsOf([clause('2.1')], proof('1 2.1') + proof(unknown))).toHaveLength(1);
    }
    expect(problemsOf([], proof('1'))).toEqual([`a.test.ts: ${tag('1')} names no clause`]);
  });

  it('lets a title name a section whose rules are listed one by one, and counts it for none', () => {
    const clauses = [clause('2.1 step 1'), clause('2.1 step 2')];
    expect(problemsOf(clauses, proof('1 2.1') + proof('1 2'))).toEqual([
      'RFC 1 2.1 step 1 has neither a test nor a reason',
      'RFC 1 2.1 step 2 has neither a test nor a reason',
    ]);
    expect(problemsOf([clause('2.10')], proof('1 2.10') + proof('1 2.1'))).toHaveLength(1);
  });

  it('finds a source that does not exist, and a name that is not in it', () => {
    const at = (where: string) => problemsOf([clause('2.1', { where: [where] })], proof('1 2.1'));
    expect(at('wire/a.ts parse')).toEqual([]);
    expect(at('wire/b.ts')).toEqual([
      'RFC 1 2.1 is done in packages/tcp/src/wire/b.ts, which does not exist',
    ]);
    expect(at('packages/ip/src/a.ts')).toHaveLength(1);
    expect(at('wire/a.ts emit')).toEqual([
      'RFC 1 2.1: there is no emit in packages/tcp/src/wire/a.ts',
    ]);
  });

  it('finds that the page is out of date', () => {
    expect(problemOfPage('old', 'new', 'a.md')).toHaveLength(1);
    expect(problemOfPage(null, 'new', 'a.md')).toHaveLength(1);
    expect(problemOfPage('new', 'new', 'a.md')).toEqual([]);
  });

  it('finds a clause that is there twice', () => {
    expect(problemsOf([clause('2.1'), clause('2.1')], proof('1 2.1'))).toHaveLength(1);
  });
});

describe('a tag', () => {
  const counted = (source: string): number => {
    const { byClause } = collectTests([{ path: 'a.test.ts', source }]);
    return byClause.get('1 2.1')?.get('a.test.ts') ?? 0;
  };

  it('counts in the title of a test or a suite, of a table too', () => {
    const title = `'so ${tag('1 2.1')}'`;
    expect(counted(`it(${title}, f);`)).toBe(1);
    expect(counted(`  test.each([f(g(1)), 2]) (\n    ${title},\n f);`)).toBe(1);
    expect(counted(`describe.runIf(x)(${title.replaceAll("'", '`')}, f);`)).toBe(1);
    expect(counted(`it.each([{ name: ${title} }, { title: ${title} }])`)).toBe(2);
    expect(counted(`const rows = [[${title}, 1], [\n${title}, 2]];`)).toBe(2);
    expect(counted(`it('so ${tag('1 2')} ${tag('1 2.0, 2.1')}', f);`)).toBe(1);
  });

  it('counts neither in a comment nor in a test that is skipped', () => {
    expect(counted(`// it('so ${tag('1 2.1')}', f);`)).toBe(0);
    expect(counted(` * it('so ${tag('1 2.1')}', f);`)).toBe(0);
    expect(counted(`it.skip('so ${tag('1 2.1')}', f);`)).toBe(0);
    expect(counted(`describe.todo('so ${tag('1 2.1')}');`)).toBe(0);
  });

  it('that a template fills in is not read', () => {
    expect(problemsOf([], `it(\`so ${tag(`1 \${clause}`)}\`, f);`)).toEqual([]);
  });

  it('anywhere else is a mistake', () => {
    const lost = `expect(x, 'so ${tag('1 2.1')}').toBe(1);`;
    expect(problemsOf([clause('2.1')], proof('1 2.1') + lost)).toEqual([
      `a.test.ts: ${tag('1 2.1')} is not in the title of a test`,
    ]);
  });
});

describe('the page', () => {
  it('has a row for each clause, with its places, its tests and its reason', () => {
    const clauses = [
      clause('2.1', { where: ['wire/a.ts parse'], note: 'By 3 | 4' }),
      clause('2.2', { where: [], isDone: false, reason: 'nobody asks' }),
      clause('2.3', { reason: 'no device here' }),
    ];
    const rfc1 = { number: 1, title: 'One', sections: [{ title: 'Part', clauses }] };
    const path = 'packages/tcp/test/wire/a.test.ts';
    const page = renderPage(
      [rfc1],
      collectTests([{ path, source: proof('1 2.1') + proof('1 2.1') + proof('1 2') }]),
    );
    const rows = page.split('\n').filter((line) => line.startsWith('| 2'));
    expect(rows).toEqual([
      '| 2 | as a whole |  | [wire/a] |',
      '| 2.1 | it is so | [wire/a.ts] `parse`. By 3 \\| 4 | [wire/a] 2 |',
      '| 2.2 | it is so | _Not done_: nobody asks |  |',
      '| 2.3 | it is so | [wire/a.ts]. _Not tested_: no device here |  |',
    ]);
    expect(page).toContain(`[wire/a]: ../${path}\n`);
    expect(page).toContain('3 clauses of 1 RFCs: 1 done with tests, 1 without, 1 not done.');
  });

  it('finds a tag that names no section of an outline', async () => {
    const { problemsOfOutlines } = await script<{
      problemsOfOutlines(outlines: readonly object[], tests: Tests): string[];
    }>('conformance/outline.mjs');
    const outlines = [
      { number: 1, title: 'One', sections: { '2.1': 'Of something' } },
      { number: 2, title: 'Two', sections: null },
    ];
    const source = proof('1 2.1') + proof('1 2.2') + proof('2 7.1') + proof('2 seven');
    const tests = collectTests([{ path: 'a.test.ts', source }]);
    expect(problemsOfOutlines(outlines, tests)).toEqual([
      'a.test.ts names RFC 1 2.2, which is no section',
      'a.test.ts names RFC 2 seven, which is no section',
    ]);
  });
});
