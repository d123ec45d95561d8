/**
 * The certificate of this run of the tests, whose folder the process is told of.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.NETLAYERS_CERTIFICATE;
const read = (name) => readFileSync(join(folder, name), 'utf8');

/** Key and certificate of `api.test`, in PEM. */
export const key = read('key.pem');
export const cert = read('cert.pem');
