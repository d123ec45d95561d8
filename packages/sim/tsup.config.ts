import { defineConfig } from 'tsup';
import base from '../../tsup.config.js';

/** Two entries beside the neutral one: both use Node, and share the hooks that they install. */
export default defineConfig({
  ...base,
  entry: { index: 'src/index.ts', node: 'node/index.ts', register: 'node/register.ts' },
});
