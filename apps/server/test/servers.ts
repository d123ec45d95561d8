/**
 * Servers of one test file: the command is built before its tests, and what a test has left running
 * is ended behind it.
 */

import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { BuiltCommand, type RunningCommand } from './command.js';

/** What {@link useServers} gives. */
export interface Servers {
  /** The command, for what is to outlive a test. */
  command(): BuiltCommand;
  /** Starts the command. */
  start(...args: string[]): RunningCommand;
  /** Starts it otherwise: as another user, in another folder. */
  run(...args: Parameters<BuiltCommand['run']>): RunningCommand;
}

/**
 * To be called once, at the top of a file or of a `describe`.
 *
 * @param always arguments of every start.
 * @param folder is removed in the end.
 */
export function useServers(always: readonly string[] = [], folder?: string): Servers {
  let command: BuiltCommand | null = null;
  const running: RunningCommand[] = [];

  beforeAll(async () => {
    command = await BuiltCommand.build();
  });

  afterEach(async () => {
    for (const server of running.splice(0)) {
      if (server.isRunning) server.kill('SIGKILL');
      await server.ended;
    }
  });

  afterAll(() => {
    command?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const run: Servers['run'] = (args, options) => {
    const server = command!.run(args, options);
    running.push(server);
    return server;
  };
  return { command: () => command!, run, start: (...args) => run([...always, ...args]) };
}
