import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, sourcesBelow } from './workspace.js';

/** The rooms of a package's `src`: a file imports from its own room and from those before it. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'packages/tcp': [
    'wire',
    'memory',
    'base',
    'timing',
    'congestion',
    'connection',
    'recovery',
    'sending',
    'arrival',
    'timers',
    'layer',
  ],
  'packages/http': [
    'grammar',
    'message',
    'parse',
    'write',
    'port',
    'one-shot',
    'exchange',
    'connection',
  ],
  'packages/static': ['request', 'selection', 'files', 'settings', 'answers', 'listing', 'app'],
  'packages/websocket': ['base', 'frame', 'deflate', 'handshake', 'connection', 'socket'],
  'packages/server': ['base', 'request', 'response', 'routing', 'exchange', 'connection', 'app'],
  'packages/client': [
    'base',
    'proxy',
    'body',
    'content',
    'carrier',
    'running',
    'response',
    'options',
    'authentication',
    'cache',
    'hop',
    'events',
    'client',
  ],
  'packages/middleware': [
    'base',
    'cookies',
    'sessions',
    'events',
    'bodies',
    'limits',
    'security',
    'operation',
    'validation',
  ],
};

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+'(\.[^']+)'/g;

/** The files that a file imports by a relative path, types included. */
function relativeImports(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(IMPORT)].map(([, path]) =>
    join(dirname(file), path!.replace(/\.js$/, '.ts')),
  );
}

/** Every file on a circle of imports, as its first circle; none is an empty list. */
function circlesAmong(files: readonly string[]): string[][] {
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[][] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    for (const next of relativeImports(file)) visit(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return circles;
}

for (const [name, rooms] of Object.entries(ROOMS)) {
  describe(`the rooms of ${name}`, () => {
    const src = join(ROOT, name, 'src');
    const files = sourcesBelow(src);
    const roomOf = (file: string): string => relative(src, file).split('/')[0]!;

    it('hold every file but the index', () => {
      const strays = files.filter((file) => !rooms.includes(roomOf(file)));
      expect(strays.map((file) => relative(src, file))).toEqual(['index.ts']);
    });

    it('import from themselves and from those before them, types included', () => {
      const backwards = files
        .filter((file) => rooms.includes(roomOf(file)))
        .flatMap((file) =>
          relativeImports(file)
            .filter((target) => rooms.indexOf(roomOf(target)) > rooms.indexOf(roomOf(file)))
            .map((target) => `${relative(src, file)} -> ${relative(src, target)}`),
        );
      expect(backwards).toEqual([]);
    });

    it('have no circle of imports, types included', () => {
      const circles = circlesAmong(files);
      expect(circles.map((path) => path.map((file) => relative(src, file)))).toEqual([]);
    });

    it('are mirrored by the folders of the tests, beside those of its entry for Node', () => {
      const test = join(ROOT, name, 'test');
      const node = join(ROOT, name, 'node');
      const ofNode = existsSync(node) ? readdirSync(node) : [];
      const folders = new Set(
        sourcesBelow(test).map((file) => relative(test, file).split('/')[0]!),
      );
      expect(
        [...folders].filter((folder) => ![...rooms, ...ofNode, 'support'].includes(folder)),
      ).toEqual([]);
    });
  });
}
