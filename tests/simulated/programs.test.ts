import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RUNNER = fileURLToPath(new URL('run-programs.mjs', import.meta.url));
/** Plain Node has no use for sources. */
const BUILT = fileURLToPath(new URL('../../packages/sim/dist/node.js', import.meta.url));

/** Programs that share a process, for the time it takes to begin one. */
const GROUPS = [
  ['http-clients', 'http-servers'],
  ['websockets', 'our-websockets', 'socket-io'],
  ['mqtt', 'redis', 'nats'],
  ['postgres', 'mysql', 'unreachable'],
  ['tls', 'grpc', 'ssh'],
  ['mail-and-files', 'amqp', 'graphql', 'mongo'],
  // Faults of packages, found with this.
  ['pooled-connection', 'timeout-that-never-fires', 'lost-acknowledgement'],
];

/** From Node 26 on `stream.read()` is one piece; aedes takes it for all there is, and stands still. */
const READS_PIECES = Number.parseInt(process.versions.node, 10) >= 26;
if (!READS_PIECES) GROUPS.push(['half-open-websocket']);

describe.skipIf(!existsSync(BUILT))('packages of others, unchanged, on simulated hosts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-programs-'));
  // Some packages behave otherwise where a test runner has set NODE_ENV.
  const env = { NETLAYERS_CERTIFICATE: folder };

  beforeAll(() => {
    const { key, cert } = selfSigned({ host: 'api.test', kind: 'rsa' });
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'cert.pem'), cert);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = async (programs: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [RUNNER, ...programs], { env })).stdout;

  it.each(GROUPS.map((programs) => [programs.join(', '), programs] as const))(
    'the same packets in two processes: %s',
    async (_names, programs) => {
      const [first, second] = await Promise.all([run(programs), run(programs)]);
      expect(first.split('\n').length).toBe(programs.length + 1);
      expect(second).toBe(first);
    },
  );
});
