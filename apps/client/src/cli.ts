#!/usr/bin/env node
/**
 * The entry of `netlayers-client`.
 */

import { main } from './main.js';

// A reader that goes away (`| head`) may be reported when nobody writes any more.
process.stdout.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));
