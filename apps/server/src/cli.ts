#!/usr/bin/env node
/**
 * The entry of `netlayers-server`. Also imported by `npm start`, into its own process.
 */

import { main } from './main.js';

process.exitCode = await main(process.argv.slice(2));
