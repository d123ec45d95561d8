import { defineConfig } from 'tsup';
import base from '../../tsup.config.js';

/** The neutral entry, and the one that takes compression from Node's zlib. */
export default defineConfig({
  ...base,
  tsconfig: 'node/tsconfig.json',
  entry: { index: 'src/index.ts', node: 'node/index.ts' },
});
