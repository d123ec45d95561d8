/**
 * Real databases for a test, reached by a socket of the file system: no port of the machine is opened
 * unless a test in a network namespace of its own asks for one.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOOL_ENV } from '../support/tools.js';

/** A database that runs. */
export interface Database {
  /** Of its socket. */
  readonly path: string;
  close(): Promise<void>;
}

const PATIENCE_MS = 20_000;

async function running(
  child: ChildProcess,
  path: string,
  folder: string,
  isReady = () => existsSync(path),
): Promise<Database> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const until = performance.now() + PATIENCE_MS;
  while (!isReady()) {
    if (child.exitCode !== null || performance.now() > until) {
      throw new Error(`${child.spawnfile} has not started`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const close = async (): Promise<void> => {
    child.kill('SIGINT');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { path, close };
}

const folderFor = (name: string): string => mkdtempSync(join(tmpdir(), `netlayers-${name}-`));

/**
 * Starts redis-server.
 *
 * @param address where port 6379 is to be opened too. @default nowhere
 */
export function startRedis(address?: string): Promise<Database> {
  const folder = folderFor('redis');
  const path = join(folder, 'socket');
  const ports =
    address === undefined ? ['--port', '0'] : ['--bind', address, '--protected-mode', 'no'];
  const options = [...ports, '--unixsocket', path, '--save', '', '--dir', folder];
  return running(spawn('redis-server', options, { stdio: 'ignore', env: TOOL_ENV }), path, folder);
}

/**
 * Starts PostgreSQL, as the user `postgres` where the test is root, which it refuses to run as.
 *
 * @param address where port 5432 is to be opened too, for everybody. @default nowhere
 */
export function startPostgres(address = ''): Promise<Database> {
  const folder = folderFor('postgres');
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']));
  const user = process.geteuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { stdio: 'ignore', cwd: folder, env: TOOL_ENV, ...user } as const;
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'];
  execFileSync('initdb', init, options);
  appendFileSync(join(data, 'pg_hba.conf'), 'host all all all trust\n');
  const settings = ['-D', data, '-k', folder, '-F', '-c', `listen_addresses=${address}`];
  const child = spawn('postgres', settings, options);
  // The socket is there before the server takes questions.
  const isReady = (): boolean => /^ready/m.test(readIfThere(join(data, 'postmaster.pid')));
  return running(child, join(folder, '.s.PGSQL.5432'), folder, isReady);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
