/**
 * The file that `--pcap` writes. It is written synchronously, once per turn of the stack: whatever
 * ends the process, the file holds every packet up to then.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import type { CaptureSink } from '@netlayers/link';
import { CaptureError } from './capture-error.js';
import type { ChainLog } from './chain-log.js';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * Creates or replaces the file.
 *
 * @throws CaptureError, one line, when it cannot be created.
 */
export function openCapture(path: string, log: ChainLog): CaptureSink {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw new CaptureError(`--pcap ${path}: ${messageOf(error)}`);
  }
  let isFailed = false;
  return {
    write(bytes) {
      if (isFailed) return;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      } catch (error) {
        isFailed = true;
        closeSync(file);
        log.error(`--pcap ${path}: ${messageOf(error)}; recording ends`);
      }
    },
  };
}
