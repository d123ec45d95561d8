/**
 * `npm start`: installs and builds the server when something has changed, and then becomes it.
 *
 * The command is imported into this very process, so that signals, the exit code and the time to
 * start are the server's own. Arguments go on to it: `npm start -- --port 9000`.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { ROOT } from './run-command.mjs';

const COMMAND = join(ROOT, 'apps/server/dist/cli.js');

await prepare(['@netlayers/server-cli']);
process.argv[1] = COMMAND;
await import(pathToFileURL(COMMAND).href);
