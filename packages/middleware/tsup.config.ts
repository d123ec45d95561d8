import { defineConfig } from 'tsup';
import base from '../../tsup.config.js';

/** The neutral entry, and one beside it for what only Node has. */
export default defineConfig({
  ...base,
  tsconfig: 'node/tsconfig.json',
  entry: { index: 'src/index.ts', node: 'node/index.ts' },
});
