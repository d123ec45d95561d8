/**
 * Real databases for a test, reached by a socket of the file system only: no port of the machine is
 * opened.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A database that runs. */
export interface Database {
  /** Of its socket. */
  readonly path: string;
  close(): Promise<void>;
}

const PATIENCE_MS = 20_000;

async function running(child: ChildProcess, path: string, folder: string): Promise<Database> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const until = performance.now() + PATIENCE_MS;
  while (!existsSync(path)) {
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

/** Starts redis-server. */
export function startRedis(): Promise<Database> {
  const folder = folderFor('redis');
  const path = join(folder, 'socket');
  const options = ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder];
  return running(spawn('redis-server', options, { stdio: 'ignore' }), path, folder);
}

/** Starts PostgreSQL, as the user `postgres` where the test is root, which it refuses to run as. */
export function startPostgres(): Promise<Database> {
  const folder = folderFor('postgres');
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']));
  const user = process.geteuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { stdio: 'ignore', cwd: folder, ...user } as const;
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'];
  execFileSync('initdb', init, options);
  const settings = ['-D', data, '-k', folder, '-F', '-c', 'listen_addresses='];
  const child = spawn('postgres', settings, options);
  return running(child, join(folder, '.s.PGSQL.5432'), folder);
}
