/**
 * `npm run client -- URL`: as `npm start`, for the client command.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { ROOT } from './run-command.mjs';

const COMMAND = join(ROOT, 'apps/client/dist/cli.js');

await prepare(['@netlayers/client-cli']);
process.argv[1] = COMMAND;
await import(pathToFileURL(COMMAND).href);
