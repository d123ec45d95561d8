/**
 * Sessions in Redis, or what speaks like it, for servers that share them. No client is brought along:
 * every client has a function that sends a command.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { SessionStore } from './session-store.js';

/**
 * Sends a command and gives the reply: `(args) => ioredis.call(...args)`, or
 * `(args) => nodeRedis.sendCommand(args)`.
 */
export type RedisCommand = (args: [string, ...string[]]) => Promise<unknown>;

/** Settings of {@link RedisSessionStore}. */
export interface RedisSessionStoreOptions {
  /** What the keys begin with. @default 'session:' */
  readonly prefix?: string;
}

const OPTIONS: OptionNames<RedisSessionStoreOptions> = {
  prefix: 'optional',
};

/** Keeps sessions in Redis, which also ends them. */
export class RedisSessionStore implements SessionStore {
  readonly #command: RedisCommand;
  readonly #prefix: string;

  /** @throws TypeError for an option that is none. */
  constructor(command: RedisCommand, options: RedisSessionStoreOptions = {}) {
    checkOptions('RedisSessionStore', options, OPTIONS);
    this.#command = command;
    this.#prefix = options.prefix ?? 'session:';
  }

  async read(id: string): Promise<string | null> {
    const reply = await this.#command(['GET', this.#prefix + id]);
    return reply === null || reply === undefined ? null : String(reply);
  }

  async write(id: string, text: string, ttlMs: number): Promise<void> {
    const ms = String(Math.max(1, Math.ceil(ttlMs)));
    await this.#command(['SET', this.#prefix + id, text, 'PX', ms]);
  }

  async remove(id: string): Promise<void> {
    await this.#command(['DEL', this.#prefix + id]);
  }
}
