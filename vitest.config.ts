import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@netlayers/source'];

/** One run over every package. The source condition makes tests of one package see the sources of the others: no build needed. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    // A process per file: tests of the TUN device put their own process into a network namespace.
    pool: 'forks',
    // vitest would leave one core to itself, which is half of two.
    maxWorkers: availableParallelism(),
    testTimeout: 30_000,
  },
});
