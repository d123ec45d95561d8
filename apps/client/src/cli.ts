#!/usr/bin/env node
/**
 * The entry of `netlayers-client`.
 */

import { main } from './main.js';

process.exitCode = await main(process.argv.slice(2));
