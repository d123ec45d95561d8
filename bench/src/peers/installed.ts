/**
 * Servers that may be installed: nginx, HAProxy, fastify. One process on one core each, answering the 100
 * bytes that all others answer.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram } from '../harness/cores.js';
import { LineProcess, startForeign } from '../harness/processes.js';
import { nodeProgram } from '../harness/programs.js';
import { removeAtEnd } from '../harness/scratch.js';
import { freePort, LOOPBACK } from '../harness/where.js';
import { HELLO } from '../process/contents.js';
import { type Peer, type Served, servedBy } from './peer.js';
import { canResolve } from './resolve.js';

/** Writes a configuration into a folder of its own, which goes when the harness ends. */
function configured(name: string, text: (folder: string) => string): string {
  const folder = removeAtEnd(mkdtempSync(join(tmpdir(), 'netlayers-bench-')));
  const file = join(folder, name);
  writeFileSync(file, text(folder));
  return file;
}

async function startNginx(): Promise<Served> {
  const port = await freePort();
  const file = configured(
    'nginx.conf',
    (folder) => `
daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 75s;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen ${LOOPBACK}:${port} backlog=1024;
    location / { default_type text/plain; return 200 "${HELLO}"; }
  }
}`,
  );
  const command = ['nginx', '-e', 'stderr', '-c', file];
  return { host: LOOPBACK, port, process: await startForeign(command, LOOPBACK, port) };
}

async function startHaproxy(): Promise<Served> {
  const port = await freePort();
  const file = configured(
    'haproxy.cfg',
    () => `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 75s
  timeout connect 5s
  timeout server 5s
frontend hello
  bind ${LOOPBACK}:${port} backlog 1024
  http-request return status 200 content-type text/plain string ${HELLO}
`,
  );
  const command = ['haproxy', '-db', '-q', '-f', file];
  return { host: LOOPBACK, port, process: await startForeign(command, LOOPBACK, port) };
}

async function startFastify(): Promise<Served> {
  const port = await freePort();
  const command = nodeProgram('http-fastify', [LOOPBACK, port]);
  return servedBy(LOOPBACK, port, await LineProcess.start(command, 'server'));
}

/** nginx, one worker. */
export const NGINX: Peer = {
  title: 'nginx',
  missing: () => (hasProgram('nginx') ? null : 'install nginx (Debian: nginx-light)'),
  services: { http: startNginx },
};

/** HAProxy, one thread. */
export const HAPROXY: Peer = {
  title: 'HAProxy',
  missing: () => (hasProgram('haproxy') ? null : 'install HAProxy (Debian: haproxy)'),
  services: { http: startHaproxy },
};

/** Fastify, which brings node:http. */
export const FASTIFY: Peer = {
  title: 'fastify',
  missing: () => (canResolve('fastify') ? null : 'npm install --no-save fastify in bench/'),
  services: { http: startFastify },
};
