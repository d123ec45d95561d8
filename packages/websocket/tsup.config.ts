import { defineConfig } from 'tsup';
import base from '../../tsup.config.js';

/** The neutral entry, and those that take compression from Node's zlib and from pako. */
export default defineConfig({
  ...base,
  tsconfig: 'node/tsconfig.json',
  entry: { index: 'src/index.ts', node: 'node/index.ts', pako: 'pako/index.ts' },
});
