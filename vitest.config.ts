import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const conditions = ['@netlayers/source'];

/**
 * Folders whose tests leave their process as they have found it: those of packages that use no Node,
 * the grid, and what is published. They share a process, which reads the sources once.
 */
const SHARING = [
  ...['bytes', 'host', 'link', 'ip', 'ipv4', 'udp', 'tcp', 'stack', 'sim', 'http', 'server'],
  ...['client', 'websocket', 'middleware', 'proxy', 'static'],
].map((name) => `packages/${name}/test`);
SHARING.push('bench/test', 'tests/packaging');

/** What a test of such a folder says that wants a process of its own: modules and globals of others, the heap. */
const OWN_PROCESS = /\bvi\.(?:mock|stubGlobal)\(|\bmemoryUsage\b|'node:inspector|\/heap\.js'/;

const isOwn = (path: string): boolean =>
  path.startsWith('packages/sim/test/node/') ||
  OWN_PROCESS.test(readFileSync(join(import.meta.dirname, path), 'utf8'));

const own = SHARING.flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(isOwn),
);

/** One run over every package. The source condition makes tests of one package see the sources of the others: no build needed. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Processes: tests of the TUN device put their own one into a network namespace.
    pool: 'forks',
    // vitest would leave one core to itself, which is half of two.
    maxWorkers: availableParallelism(),
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'own',
          include: [
            'packages/{kernel,node,testkit,tun}/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
            'tests/*.test.ts',
            'tests/!(packaging)/**/*.test.ts',
            ...own,
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          isolate: false,
          include: SHARING.map((folder) => `${folder}/**/*.test.ts`),
          exclude: own,
        },
      },
    ],
  },
});
