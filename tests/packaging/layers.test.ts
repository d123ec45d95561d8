import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { optionsOf, rememberingHost } from './compiler.js';
import { type Kind, LAYERS, type Layer, libraries, ROOT, sourcesBelow } from './workspace.js';

/** The names of the modules that a source imports, types included. */
const importsOf = (source: string): string[] =>
  ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);

/** The modules that a source needs when it runs: types are gone by then. */
function runtimeImportsOf(source: string): string[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest);
  return file.statements.flatMap((node) => {
    const isType =
      (ts.isImportDeclaration(node) &&
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(node) && node.isTypeOnly);
    if (isType || !(ts.isImportDeclaration(node) || ts.isExportDeclaration(node))) return [];
    const { moduleSpecifier } = node;
    return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
      ? [moduleSpecifier.text]
      : [];
  });
}

/** The package that a specifier leads into: `@noble/hashes` of `@noble/hashes/legacy.js`. */
const packageOf = (name: string): string =>
  name.startsWith('@netlayers/')
    ? name
    : name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');

/** `@netlayers/link` for `link`. */
const ours = (name: string): string => `@netlayers/${name}`;

/** Whether a source says `async` or `await` anywhere. */
function isAsync(source: string): boolean {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): boolean =>
    node.kind === ts.SyntaxKind.AsyncKeyword ||
    node.kind === ts.SyntaxKind.AwaitExpression ||
    (ts.forEachChild(node, (child) => visit(child) || undefined) ?? false);
  return visit(file);
}

/** The errors that the compiler finds in a file with this text in a package's `src`. */
function errorsIn(folder: string, text: string): string[] {
  const options = optionsOf(folder);
  const probe = { path: join(folder, 'src', 'probe-of-the-layers-test.ts'), text };
  const program = ts.createProgram([probe.path], options, rememberingHost(options, probe));
  return program
    .getSemanticDiagnostics(program.getSourceFile(probe.path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** Lints files in a copy of the repository's settings; returns the paths of those refused. */
function refusedByLinter(files: Readonly<Record<string, string>>): string[] {
  const copy = mkdtempSync(join(tmpdir(), 'netlayers-lint-'));
  try {
    cpSync(join(ROOT, 'biome.json'), join(copy, 'biome.json'));
    cpSync(join(ROOT, '.gitignore'), join(copy, '.gitignore'));
    cpSync(join(ROOT, 'scripts'), join(copy, 'scripts'), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    const biome = join(ROOT, 'node_modules', '.bin', 'biome');
    const args = ['lint', '--reporter=json', '--max-diagnostics=none', 'packages'];
    const { stdout } = spawnSync(biome, args, { cwd: copy, encoding: 'utf8' });
    const report: { diagnostics: { location: { path: string } }[] } = JSON.parse(stdout);
    return report.diagnostics.map(({ location }) => location.path).sort();
  } finally {
    rmSync(copy, { recursive: true });
  }
}

const packages = libraries();
const ofKind = (...kinds: Kind[]) =>
  packages.filter(({ folderName }) => kinds.includes(LAYERS[folderName]?.kind ?? 'node'));

/** Uses of what hosts have in common; each line is an error where it is not allowed. */
const HOST_GLOBALS = [
  'setTimeout(() => {}, 1);',
  'performance.now();',
  "console.log('');",
  'crypto.getRandomValues(new Uint8Array(1));',
  'new TextEncoder();',
  'queueMicrotask(() => {});',
];
/** Uses of what only Node has. */
const NODE_GLOBALS = ['Buffer.alloc(1);', 'process.exit();', 'setImmediate(() => {});'];

describe('layers', () => {
  it('knows every published package', () => {
    expect(packages.filter(({ folderName }) => LAYERS[folderName] === undefined)).toEqual([]);
  });

  for (const { folderName, folder, manifest } of packages) {
    const layer: Layer = LAYERS[folderName] ?? { kind: 'pure', imports: [] };
    const { kind, imports, foreign = [], entries = {} } = layer;
    const allowed = [...imports.map(ours), ...foreign];
    const ofEntries = Object.values(entries).flatMap((entry) => [
      ...entry.imports.map(ours),
      ...(entry.foreign ?? []),
    ]);

    describe(ours(folderName), () => {
      it('declares no dependency that its layer may not have', () => {
        const { dependencies, peerDependencies, optionalDependencies } = manifest;
        const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies };
        const all = [...allowed, ...ofEntries];
        expect(Object.keys(declared).filter((name) => !all.includes(name))).toEqual([]);
      });

      it('imports what it declares and nothing else', () => {
        const { dependencies, peerDependencies } = manifest;
        const declared = Object.keys({ ...dependencies, ...peerDependencies });
        const strangersIn = (part: string, of: Kind, mayImport: readonly string[]): string[] =>
          sourcesBelow(join(folder, part)).flatMap((file) =>
            importsOf(readFileSync(file, 'utf8'))
              .filter((name) => {
                if (name.startsWith('.')) return !/^\.\.?\/.*\.js$/.test(name);
                if (isBuiltin(name)) return of !== 'node' || !name.startsWith('node:');
                return !mayImport.includes(packageOf(name));
              })
              .map((name) => `${relative(ROOT, file)}: ${name}`),
          );
        // What only its entries may use is none of the package's own.
        const own = declared.filter((name) => !ofEntries.includes(name));
        expect(strangersIn('src', kind, own)).toEqual([]);
        for (const entry of Object.keys(entries)) {
          expect(strangersIn(entry, 'node', declared)).toEqual([]);
        }
      });

      it('depends on no package above it for its tests', () => {
        const above = Object.keys(manifest.devDependencies ?? {}).filter(
          (name) => name.startsWith('@netlayers/') && name !== ours('testkit'),
        );
        expect(above.filter((name) => !allowed.includes(name))).toEqual([]);
      });
    });
  }

  for (const { folderName, folder } of ofKind('pure')) {
    describe(`${ours(folderName)} is pure`, () => {
      it('has no asynchronous function', () => {
        const files = sourcesBelow(join(folder, 'src'));
        const asynchronous = files.filter((file) => isAsync(readFileSync(file, 'utf8')));
        expect(asynchronous.map((file) => relative(ROOT, file))).toEqual([]);
      });

      it('takes no more than types from a package that is not pure', () => {
        const impure = ofKind('neutral', 'node').map(({ manifest }) => manifest.name);
        const used = sourcesBelow(join(folder, 'src')).flatMap((file) =>
          runtimeImportsOf(readFileSync(file, 'utf8')).filter((name) => impure.includes(name)),
        );
        expect(used).toEqual([]);
      });

      it('cannot use what a host provides: the compiler knows none of it', () => {
        const lines = [...HOST_GLOBALS, ...NODE_GLOBALS];
        expect(errorsIn(folder, 'export const fine = Math.max(1, 2);')).toEqual([]);
        const errors = errorsIn(folder, lines.join('\n'));
        const unknown = errors.filter((text) => /^Cannot find name/.test(text));
        expect(unknown.length, errors.join('\n')).toBe(lines.length);
        expect(errorsIn(folder, "import 'node:fs';").length).toBe(1);
      });
    });
  }

  it('cannot use time, randomness or promises in a pure package: the linter refuses them', () => {
    const uses = ['Date.now()', 'new Date()', 'Promise.resolve()', 'Math.random()'];
    const files: Record<string, string> = {};
    const refused: string[] = [];
    for (const { folderName } of ofKind('pure')) {
      files[`packages/${folderName}/src/fine.ts`] = 'export const value = Math.max(1, 2);\n';
      uses.forEach((use, index) => {
        const path = `packages/${folderName}/src/use-${index}.ts`;
        files[path] = `export const value = ${use};\n`;
        refused.push(path);
      });
    }
    expect(refusedByLinter(files)).toEqual(refused.sort());
  });

  for (const { folderName, folder } of ofKind('neutral')) {
    describe(`${ours(folderName)} is neutral`, () => {
      it('can use what hosts share, and nothing of Node', () => {
        expect(errorsIn(folder, HOST_GLOBALS.join('\n'))).toEqual([]);
        const errors = errorsIn(folder, NODE_GLOBALS.join('\n'));
        expect(errors.length, errors.join('\n')).toBe(NODE_GLOBALS.length);
        expect(errorsIn(folder, "import 'node:fs';").length).toBe(1);
      });
    });
  }
});
