/**
 * Starts commands for the repository's scripts: in a process group of their own, so that a signal
 * to the script ends everything below it, and with their output collected or shown.
 *
 * No dependencies: this runs before anything is installed.
 */

import './check-node.mjs';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
/** How long a group may take to end before it is killed. */
const GRACE_MS = 5000;

const onWindows = process.platform === 'win32';
const running = new Set();
let ending = false;

function signalGroup(child, signal) {
  try {
    if (onWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends every running group, then this process with the signal's exit code. */
function end(name) {
  if (ending) return;
  ending = true;
  const code = 128 + SIGNALS[name];
  for (const child of running) signalGroup(child, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  const timer = setInterval(() => {
    const signal = Date.now() > deadline ? 'SIGKILL' : 0;
    let alive = 0;
    for (const child of running) if (signalGroup(child, signal)) alive++;
    if (alive > 0 && signal === 0) return;
    clearInterval(timer);
    process.exit(code);
  }, 20);
}

function listen() {
  for (const name of Object.keys(SIGNALS)) process.on(name, end);
}

function unlisten() {
  for (const name of Object.keys(SIGNALS)) process.off(name, end);
}

/**
 * Runs a command in the repository's folder and resolves with its exit code and output.
 *
 * @param {string[]} command program and arguments.
 * @param {{ show?: boolean, env?: Record<string, string>, timeoutMs?: number }} options `show`: the
 *   output goes to ours instead of into the result.
 * @returns {Promise<{ code: number, output: string }>} code 127 when the program is not there.
 */
export function runCommand([program, ...args], { show = false, env = {}, timeoutMs = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      detached: !onWindows,
      shell: onWindows && !program.endsWith('.exe'),
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    const done = (code) => {
      clearTimeout(timer);
      running.delete(child);
      if (running.size === 0 && !ending) unlisten();
      // While the group is being ended, nobody is told that the command failed.
      if (!ending) resolve({ code, output });
    };
    if (running.size === 0) listen();
    running.add(child);
    const timer = timeoutMs > 0 ? setTimeout(() => signalGroup(child, 'SIGKILL'), timeoutMs) : null;
    child.on('error', (error) => {
      output += error.message;
      done(127);
    });
    child.on('close', (code) => {
      if (!ending) done(code ?? 1);
    });
    child.stdout?.on('data', (text) => {
      output += text;
    });
    child.stderr?.on('data', (text) => {
      output += text;
    });
  });
}

/** The command that runs this repository's pnpm, installed or not. */
export function pnpmCommand(...args) {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const npm = process.env.npm_execpath;
  const exec = npm?.endsWith('npm-cli.js') ? [process.execPath, npm, 'exec'] : ['npx'];
  return [...exec, '--yes', '--', manifest.packageManager, ...args];
}

/** What every command of ours sees: no telemetry, no advertising, and no minute of silence without a network. */
export const QUIET = {
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_fetch_retries: '1',
  npm_config_fetch_retry_mintimeout: '2000',
  pnpm_config_fetch_retries: '1',
};
