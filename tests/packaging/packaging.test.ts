import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { publint } from 'publint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importsOf, loadedWith, sourcesOf } from './built-files.js';
import { rememberingHost } from './compiler.js';
import {
  buildAll,
  installAll,
  installedFolder,
  type PackageManager,
  packAll,
  run,
} from './consumer.js';
import { asJavaScript, exampleOf } from './readme.js';
import { commands, type Kind, LAYERS, libraries, ROOT, readManifest } from './workspace.js';

/** A fresh clone builds and downloads first. */
const PREPARE_MS = 240_000;

const folder = mkdtempSync(join(tmpdir(), 'netlayers-packaging-'));
const projects: Record<PackageManager, string> = { npm: '', pnpm: '' };
const published = [...libraries(), ...commands()];

beforeAll(() => {
  buildAll();
  const tarballs = packAll(folder);
  projects.npm = installAll(folder, 'npm', tarballs);
  projects.pnpm = installAll(folder, 'pnpm', tarballs);
}, PREPARE_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a package of a kind may count on. */
function compilerOptions(kind: Kind): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: kind === 'pure' ? ['lib.es2023.d.ts'] : ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: kind === 'node' ? ['node'] : [],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    // The libraries of the language are not ours.
    skipDefaultLibCheck: true,
    noEmit: true,
  };
}

/** Compiles files of a project and returns what is wrong. */
function typeErrors(files: readonly string[], kind: Kind): string[] {
  const options = compilerOptions(kind);
  const program = ts.createProgram(files, options, rememberingHost(options));
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${file?.fileName.replace(folder, '') ?? ''}: ${message}`;
  });
}

describe.each(['npm', 'pnpm'] as const)('installed together with %s', (manager) => {
  it('every library can be imported', () => {
    const names = libraries().map(({ manifest }) => manifest.name);
    const script = join(projects[manager], 'import-all.mjs');
    const lines = names.map((name) => `await import('${name}');`);
    writeFileSync(script, [...lines, "console.log('imported');"].join('\n'));
    const { code, output } = run(projects[manager], process.execPath, [script]);
    expect(code, output).toBe(0);
    expect(output.trim()).toBe('imported');
  });

  for (const { manifest } of commands()) {
    for (const name of Object.keys(manifest.bin ?? {})) {
      it(`the command ${name} explains itself`, () => {
        const path = join(projects[manager], 'node_modules', '.bin', name);
        const { code, output } = run(projects[manager], path, ['--help']);
        expect(code, output).toBe(0);
        expect(output).toContain(name);
      });
    }
  }
});

describe.each(commands().map((entry) => [entry.manifest.name, entry] as const))(
  'the command %s',
  (_, command) => {
    const dist = () => join(installedFolder(projects.npm, command), 'dist');

    it('has every package that it imports among its dependencies', () => {
      const { dependencies = {} } = readManifest(installedFolder(projects.npm, command));
      const imported = readdirSync(dist())
        .filter((file) => file.endsWith('.js'))
        .map((file) => importsOf(join(dist(), file)))
        .flatMap(({ fixed, dynamic }) => [...fixed, ...dynamic])
        .filter((name) => !name.startsWith('.') && !isBuiltin(name))
        .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0]);
      expect([...new Set(imported)].sort()).toEqual(Object.keys(dependencies).sort());
    });

    it('loads nothing that it may not need before it has read its arguments', () => {
      const { dynamic } = importsOf(join(dist(), 'cli.js'));
      const main = dynamic.find((name) => name.startsWith('./main-')) ?? '';
      const loaded = [...loadedWith(join(dist(), main))];
      const isOwn = (name: string): boolean => name.startsWith(dist());
      expect(loaded.filter((name) => !isOwn(name) && !isBuiltin(name))).toEqual([]);
      const packages = loaded
        .filter(isOwn)
        .flatMap((file) => sourcesOf(command, `${file}.map`))
        .map((source) => /^packages\/([^/]+)/.exec(source)?.[1]);
      expect(loaded.length).toBeGreaterThan(1);
      const heavy = ['tcp', 'stack', 'tun', 'kernel', 'static', 'proxy', 'node', 'websocket'];
      expect(heavy.filter((name) => packages.includes(name))).toEqual([]);
    });
  },
);

describe.each(['pure', 'neutral', 'node'] as const)('types of the %s packages', (kind) => {
  it('resolve and compile where a package of this kind is used', () => {
    const of = libraries().filter(({ folderName }) => LAYERS[folderName]?.kind === kind);
    const files = of.map(({ folderName, manifest }) => {
      const file = join(projects.npm, `types-of-${folderName}.ts`);
      writeFileSync(file, `import * as all from '${manifest.name}';\nexport const names = all;\n`);
      return file;
    });
    expect(typeErrors(files, kind)).toEqual([]);
  });
});

describe.each(published.map((entry) => [entry.manifest.name, entry] as const))(
  '%s',
  (name, entry) => {
    const { folderName, folder: folderOf, manifest } = entry;
    const installed = () => installedFolder(projects.npm, entry);

    it('contains what was built, a README and the license, and nothing else', () => {
      expect(readdirSync(installed()).sort()).toEqual([
        'LICENSE',
        'README.md',
        'dist',
        'package.json',
      ]);
    });

    it('is not packed before it is built', () => {
      expect(manifest.scripts?.prepack).toBe('node ../../scripts/prepack.mjs');
    });

    it('points into dist only, and at released versions only', () => {
      const packed = readManifest(installed());
      const { exports, bin, dependencies = {} } = packed;
      if (manifest.exports !== undefined) {
        const at = (file: string) => ({
          types: `./dist/${file}.d.ts`,
          default: `./dist/${file}.js`,
        });
        const further = Object.entries(LAYERS[folderName]?.entries ?? {}).flatMap(
          ([entry, { files }]) => [
            [`./${entry}`, at(entry)],
            ...files.map((file) => [`./${entry}/${file}`, at(file)]),
          ],
        );
        expect(exports).toEqual({ '.': at('index'), ...Object.fromEntries(further) });
      }
      const targets = [...JSON.stringify([exports, bin]).matchAll(/:"(\.\/[^"]+)"/g)];
      expect(targets.length).toBeGreaterThan(0);
      for (const [, target] of targets) {
        expect(existsSync(join(installed(), target!)), target).toBe(true);
      }
      for (const version of Object.values(dependencies)) {
        expect(version).toMatch(/^[\^~>=<\d][\w.^~>=<|\s-]*$/);
      }
    });

    it('carries its own sources inside, and a command those of this repository: nothing of others', () => {
      const dist = join(installed(), 'dist');
      const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.js.map'),
      );
      const sources = maps.flatMap((file) => sourcesOf(entry, join(dist, file)));
      const mayCarry =
        manifest.bin === undefined ? [relative(ROOT, folderOf)] : ['packages', 'apps'];
      expect(sources.length).toBeGreaterThan(0);
      expect(
        sources.filter((source) => !mayCarry.some((at) => source.startsWith(`${at}/`))),
      ).toEqual([]);
    });

    it('has nothing for publint to complain about', async () => {
      const { messages } = await publint({ pkgDir: installed(), pack: false, strict: true });
      expect(messages).toEqual([]);
    });

    if (!libraries().some(({ manifest }) => manifest.name === name)) return;

    it('has an example in its README that compiles, or runs where it says so', () => {
      const example = exampleOf(readFileSync(join(installed(), 'README.md'), 'utf8'));
      expect(example, 'a block of ts or js').not.toBeNull();
      const { language, runnable } = example!;
      if (language === 'ts') {
        const file = join(projects.npm, `readme-of-${folderName}.ts`);
        writeFileSync(file, example!.code);
        expect(typeErrors([file], 'node')).toEqual([]);
      }
      const file = join(projects.npm, `readme-of-${folderName}.mjs`);
      writeFileSync(file, asJavaScript(example!));
      const args = runnable ? [file] : ['--check', file];
      const { code, output } = run(projects.npm, process.execPath, args);
      expect(code, output).toBe(0);
    });
  },
);
