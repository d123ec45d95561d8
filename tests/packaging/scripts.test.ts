import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAll } from './consumer.js';
import { commands, ROOT } from './workspace.js';

/** A fresh clone builds first. */
const PREPARE_MS = 240_000;
const NOBODY = 65534;

const folder = mkdtempSync(join(tmpdir(), 'netlayers-scripts-'));
/** Makes the process believe that it is an older Node. */
const pretend = join(folder, 'pretend.mjs');

beforeAll(() => {
  execFileSync('chmod', ['755', folder]);
  buildAll();
  writeFileSync(
    pretend,
    `const versions = Object.freeze({ ...process.versions, node: '18.20.8' });
Object.defineProperty(process, 'versions', { value: versions });`,
  );
}, PREPARE_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program of this repository says to somebody with Node 18. */
function runWithOldNode(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', pretend, join(ROOT, program), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

const ONE_LINE =
  /^netlayers(-\w+)?: Node\.js 20\.19 or newer is needed, and this is 18\.20\.8: [^\n]+\n$/;

describe('on Node 18', () => {
  it.each(['start', 'client', 'test', 'build', 'run', 'prepack'])(
    'scripts/%s.mjs says what it needs',
    (name) => {
      const outcome = runWithOldNode(`scripts/${name}.mjs`, 'demo');
      expect(outcome).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(ONE_LINE) });
    },
  );

  it.each(commands())('$manifest.name says what it needs, and loads nothing before', (command) => {
    for (const entry of Object.values(command.manifest.bin ?? {})) {
      const path = join('apps', command.folderName, entry);
      const outcome = runWithOldNode(path, '--help');
      expect(outcome).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(ONE_LINE) });
    }
  });
});

describe('packing', () => {
  /** A repository of one package that says that it builds, and what packing it comes to. */
  function pack({ isBuilt, ...fields }: { isBuilt: boolean; dependencies?: object }) {
    const repository = mkdtempSync(join(folder, 'pack-'));
    const one = join(repository, 'packages/one');
    mkdirSync(join(one, 'src'), { recursive: true });
    mkdirSync(join(repository, '.stamp'));
    cpSync(join(ROOT, 'scripts'), join(repository, 'scripts'), { recursive: true });
    const prepack = 'node ../../scripts/prepack.mjs';
    const manifest = { name: 'one', version: '1.0.0', files: ['dist'] };
    cpSync(join(ROOT, 'package.json'), join(repository, 'package.json'));
    writeFileSync(join(one, 'src/index.ts'), '');
    writeFileSync(
      join(one, 'package.json'),
      JSON.stringify({ ...manifest, ...fields, scripts: { build: 'tsup', prepack } }),
    );
    if (isBuilt) {
      mkdirSync(join(one, 'dist'));
      writeFileSync(join(one, 'dist/index.js'), '');
      writeFileSync(join(repository, '.stamp/one'), `${process.platform}-${process.arch}`);
    }
    const packed = () => spawnSync('npm', ['pack', '--json'], { cwd: one, encoding: 'utf8' });
    return { one, packed };
  }

  it('fails with a word of what to do where a package is not built, or its sources are newer', () => {
    const { packed } = pack({ isBuilt: false });
    const { status, stderr } = packed();
    expect(stderr).toMatch(/^netlayers: one is not built, [^\n]*: npm run build/m);
    expect(status).not.toBe(0);
    const built = pack({ isBuilt: true });
    const { status: code, stdout } = built.packed();
    expect(code).toBe(0);
    expect(stdout).toContain('dist/index.js');
    // The tarball that lies there now is no source.
    expect(built.packed().status).toBe(0);
    const later = Date.now() / 1000 + 10;
    utimesSync(join(built.one, 'src/index.ts'), later, later);
    expect(built.packed().status).not.toBe(0);
  });

  it.each(['catalog:', 'workspace:^'])('by npm fails where a version is %s', (range) => {
    const { status, stderr } = pack({ isBuilt: true, dependencies: { other: range } }).packed();
    expect(stderr).toMatch(/^netlayers: one is packed by pnpm pack: /m);
    expect(status).not.toBe(0);
  });
});

describe('where the checkout may not be written', () => {
  it('npm start says so in one line', () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(checkout);
    for (const name of ['scripts', 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']) {
      cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
    }
    execFileSync('chmod', ['-R', 'a+rX,a-w', checkout]);
    const isRoot = process.getuid?.() === 0;
    const { status, stderr } = spawnSync(process.execPath, ['scripts/start.mjs'], {
      cwd: checkout,
      encoding: 'utf8',
      // Root may write everywhere.
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    execFileSync('chmod', ['-R', 'u+w', checkout]);
    expect(stderr).toMatch(/^netlayers: \S*checkout\/ may not be written \(EACCES\): [^\n]+\n$/);
    expect(status).toBe(1);
  });
});
