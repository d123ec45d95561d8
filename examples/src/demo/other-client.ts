/**
 * A client that we did not write: curl, or the one that every Node has.
 */

import { execFile } from 'node:child_process';
import { get } from 'node:http';

/** What was called, how, and what it printed. */
export interface Fetched {
  readonly name: string;
  readonly command: string;
  readonly output: string;
}

/** Fetches a URL with a client on the kernel's TCP. */
export function fetchWithOther(url: string): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    execFile('curl', ['-s', '-i', '-m', '5', url], (error, output) => {
      if (error === null) return resolve({ name: 'curl', command: `curl -i ${url}`, output });
      if (error.code !== 'ENOENT') return reject(error);
      get(url, { agent: false }, async (response) => {
        const body = Buffer.concat(await response.toArray()).toString();
        const output = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\n\n${body}`;
        resolve({ name: 'node:http', command: `node:http get ${url}`, output });
      }).on('error', reject);
    });
  });
}
