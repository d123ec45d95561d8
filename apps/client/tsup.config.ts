import { defineConfig } from 'tsup';
import base from '../../tsup.config.js';

/** The command: one entry, split at its dynamic imports so that only what a run needs is loaded. */
export default defineConfig({ ...base, entry: ['src/cli.ts'], splitting: true, dts: false });
