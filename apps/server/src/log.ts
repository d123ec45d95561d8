/**
 * What the command prints. Warnings and errors go to stderr, everything else to stdout; lines of
 * one turn of the event loop leave in one write, so that a busy access log costs little. Colours
 * only where somebody looks: on a terminal, and not under NO_COLOR.
 */

import { isatty } from 'node:tty';
import {
  type ChainLog,
  type Colors,
  colorsOf,
  takesColors,
  VERBOSITIES,
  type Verbosity,
} from '@netlayers/common';

/** Where lines go. */
export interface LineSink {
  write(text: string): void;
}

/** Prints lines of a verbosity. */
export class Log implements ChainLog {
  readonly colors: Colors;
  readonly #level: number;
  readonly #out: LineSink;
  readonly #err: LineSink;
  #waiting = '';

  /** @param colored whether lines to `out` carry escape sequences. */
  constructor(verbosity: Verbosity, out: LineSink, err: LineSink, colored: boolean) {
    this.#level = VERBOSITIES.indexOf(verbosity);
    this.#out = out;
    this.#err = err;
    this.colors = colorsOf(colored);
  }

  /** Whether lines of this verbosity are printed: ask before making an expensive one. */
  shows(verbosity: Verbosity): boolean {
    return VERBOSITIES.indexOf(verbosity) <= this.#level;
  }

  error(text: string): void {
    this.flush();
    this.#err.write(`${this.colors.red('error')} ${text}\n`);
  }

  warn(text: string): void {
    if (!this.shows('warn')) return;
    this.flush();
    this.#err.write(`${this.colors.yellow('warning')} ${text}\n`);
  }

  info(text: string): void {
    if (this.shows('info')) this.#print(text);
  }

  debug(text: string): void {
    if (this.shows('debug')) this.#print(text);
  }

  trace(text: string): void {
    if (this.shows('trace')) this.#print(text);
  }

  /** Passes whole lines of another process on, in one write. */
  relay(stream: 'stdout' | 'stderr', lines: string): void {
    this.flush();
    (stream === 'stdout' ? this.#out : this.#err).write(lines);
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    this.#out.write(text);
  }

  #print(text: string): void {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += `${text}\n`;
  }
}

/** A stream of this process, made when there is something to say. */
function standard(name: 'stdout' | 'stderr'): LineSink {
  let isMade = false;
  return {
    write(text) {
      // A reader that went away (`| head`) is no reason to stop serving.
      if (!isMade) process[name].on('error', () => {});
      isMade = true;
      process[name].write(text);
    },
  };
}

/** The log of this process. */
export const processLog = (verbosity: Verbosity): Log =>
  new Log(
    verbosity,
    standard('stdout'),
    standard('stderr'),
    takesColors({ isTTY: isatty(1) }, process.env),
  );
