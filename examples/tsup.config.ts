import { defineConfig } from 'tsup';
import base from '../tsup.config.js';

/** Each example is a program of its own. */
export default defineConfig({ ...base, entry: ['src/*.ts'], splitting: false, dts: false });
