/**
 * A sink that keeps what is written to it. It copies, because the bytes are lent, and destroys what a
 * writer has lent, where the writer allows that.
 */

import type { ByteSink } from '@netlayers/http';
import { join } from './frames.js';

/** Keeps bytes; `hasRoom` is what writes are answered with. */
export class ListSink implements ByteSink {
  readonly written: Uint8Array[] = [];
  hasRoom = true;
  isPaused = false;
  corks = 0;
  isEnded = false;
  /** Called from inside of each write. */
  onwrite: (() => void) | null = null;

  /** What was written since the last time. */
  take(): Uint8Array {
    return join(...this.written.splice(0));
  }

  write(buf: Uint8Array, start = 0, end: number = buf.length): boolean {
    if (!this.isEnded) this.written.push(buf.slice(start, end));
    this.onwrite?.();
    return this.hasRoom;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  cork(): void {
    this.corks++;
  }

  uncork(): void {
    this.corks--;
  }

  end(): void {
    this.isEnded = true;
  }
}
