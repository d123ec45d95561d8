/**
 * `npm run build`: installs and builds everything that has changed. Not turbo directly, because
 * turbo looks for a pnpm that is installed, and nobody has to install one.
 */

import { prepare } from './prepare.mjs';

await prepare([]);
