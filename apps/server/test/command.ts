/**
 * The command as a process of its own, bundled from the sources so that no build has to come first.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const REQUIRE = "import{createRequire as $r}from'node:module';const require=$r(import.meta.url);";

/** Where koffi is installed: it has native parts and stays outside of the bundle. */
function locateKoffi(): string {
  const tun = join(HERE, '../../packages/tun/package.json');
  return join(dirname(createRequire(tun).resolve('koffi')), 'index.js');
}

/** A bundle of the command in a folder of its own, readable for every user. */
export class BuiltCommand {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async build(): Promise<BuiltCommand> {
    const folder = mkdtempSync(join(tmpdir(), 'netlayers-server-'));
    const koffi = locateKoffi();
    await build({
      entry: [join(HERE, 'src/cli.ts')],
      outDir: folder,
      format: 'esm',
      target: 'es2023',
      splitting: true,
      silent: true,
      config: false,
      noExternal: [/.*/],
      external: ['tuntap2'],
      banner: { js: REQUIRE },
      outExtension: () => ({ js: '.mjs' }),
      esbuildOptions: (options) => {
        options.conditions = ['@netlayers/source'];
        options.alias = { koffi };
        options.external = [...(options.external ?? []), koffi];
      },
    });
    chmodSync(folder, 0o755);
    return new BuiltCommand(folder);
  }

  /** Where programs look for packages, before anywhere else. */
  get folder(): string {
    return this.#folder;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Starts it. */
  run(args: readonly string[], options: { uid?: number; cwd?: string } = {}): RunningCommand {
    const { uid } = options;
    return new RunningCommand(
      spawn(process.execPath, [join(this.#folder, 'cli.mjs'), ...args], {
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid === undefined ? {} : { uid, gid: uid }),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      }),
    );
  }
}

/** A started command. */
export class RunningCommand {
  stdout = '';
  stderr = '';
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly #process: ChildProcess;
  readonly #listeners = new Set<() => void>();

  constructor(process: ChildProcess) {
    this.#process = process;
    process.stdout?.on('data', (data) => this.#take('stdout', data));
    process.stderr?.on('data', (data) => this.#take('stderr', data));
    this.ended = new Promise((resolve) => {
      process.on('close', (code, signal) => {
        resolve(code ?? signal ?? 'nothing');
        for (const listener of this.#listeners) listener();
      });
    });
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The processes that it has started and that live, in the order in which they were. */
  children(): number[] {
    const { pid } = this.#process;
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits until its output has something, and returns what was matched. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (match === null && this.isRunning) return;
        this.#listeners.delete(look);
        if (match !== null) resolve(match);
        else reject(new Error(`it ended without ${pattern}: ${this.stdout}${this.stderr}`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** The address that it serves. */
  async url(): Promise<string> {
    return (await this.until(/^Serving (https?:\S+)/m))[1]!;
  }

  /** Ends it in an orderly way, and returns its exit code. */
  stop(): Promise<number | string> {
    this.kill('SIGTERM');
    return this.ended;
  }

  #take(name: 'stdout' | 'stderr', data: Buffer): void {
    this[name] += data.toString();
    for (const listener of this.#listeners) listener();
  }
}
