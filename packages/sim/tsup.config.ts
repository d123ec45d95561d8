import { defineConfig } from 'tsup';
import base from '../../tsup.config.js';

/** Two entries beside the neutral one, and what threads run: all use Node and share its hooks. */
export default defineConfig({
  ...base,
  tsconfig: 'node/tsconfig.json',
  entry: {
    index: 'src/index.ts',
    node: 'node/index.ts',
    register: 'node/register.ts',
    'isolated-worker': 'node/isolated-worker.ts',
  },
});
