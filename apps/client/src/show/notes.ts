/**
 * What the command says beside the content, on stderr: heads like `curl -v`, warnings, errors.
 */

import type { ClientActivity } from '@netlayers/client';
import {
  type ChainLog,
  colorsOf,
  takesColors,
  VERBOSITIES,
  type Verbosity,
} from '@netlayers/common';
import type { Headers } from '@netlayers/http';
import { shownVersion } from '../http-version.js';

/** Credentials are not for screens and logs. */
const SECRET = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);

/** What a terminal would obey is shown as a question mark. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

/** Writes notes. */
export class Notes implements ChainLog {
  readonly colors = colorsOf(takesColors(process.stderr, process.env));
  readonly #level: number;
  /** What the last connection speaks. */
  #spoken = '1.1';
  readonly #said = new Set<string>();

  readonly #silent: boolean;
  readonly #showsErrors: boolean;

  constructor(verbosity: Verbosity, silent = false, showsErrors = !silent) {
    this.#level = VERBOSITIES.indexOf(verbosity);
    this.#silent = silent;
    this.#showsErrors = showsErrors;
  }

  /** Whether notes of this verbosity are written. */
  shows(verbosity: Verbosity): boolean {
    return VERBOSITIES.indexOf(verbosity) <= this.#level;
  }

  error(text: string): void {
    if (this.#showsErrors) process.stderr.write(`netlayers-client: ${text}\n`);
  }

  warn(text: string): void {
    if (this.shows('warn') && !this.#silent) process.stderr.write(`netlayers-client: ${text}\n`);
  }

  info(text: string): void {
    if (this.shows('info')) process.stderr.write(`${text}\n`);
  }

  /** Writes a note, but never a second time. */
  infoOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.info(this.colors.dim(text));
  }

  debug(text: string): void {
    if (this.shows('debug')) process.stderr.write(`${text}\n`);
  }

  trace(text: string): void {
    if (this.shows('trace')) process.stderr.write(`${text}\n`);
  }

  /** Shows what the client does. */
  readonly activity = (activity: ClientActivity): void => {
    const { dim } = this.colors;
    switch (activity.type) {
      case 'connection': {
        const { authority, address, port, protocol, reused } = activity;
        const how = reused ? 'Again on the connection' : 'Connected';
        this.#spoken = protocol === 'h2' ? '2' : '1.1';
        this.info(dim(`* ${how} to ${authority} (${address} port ${port}), HTTP/${this.#spoken}`));
        break;
      }
      case 'request': {
        const { method, target, headers } = activity.request;
        this.#head('>', `${method} ${target} HTTP/${this.#spoken}`, headers);
        break;
      }
      case 'response': {
        const { version, status, reason, headers } = activity.response;
        this.#head('<', `HTTP/${shownVersion(version)} ${status} ${reason}`, headers);
        break;
      }
      case 'redirect':
        this.info(dim(`* Going on to ${printable(activity.url.href)}`));
        break;
      case 'repeat':
        this.info(dim(`* Once more: ${activity.because}`));
    }
  };

  #head(mark: string, start: string, headers: Headers): void {
    const { cyan, bold } = this.colors;
    this.info(`${cyan(mark)} ${bold(printable(start))}`);
    for (const [name, value] of headers) {
      const shown = SECRET.has(name.toLowerCase()) ? '(not shown)' : printable(value);
      this.info(`${cyan(mark)} ${cyan(name)}: ${shown}`);
    }
    this.info(cyan(mark));
  }
}
