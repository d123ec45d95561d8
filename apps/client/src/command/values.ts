/**
 * Values of options that are written in ways of their own: sizes, detours, fields.
 */

import { readFileSync } from 'node:fs';
import { UsageError } from '@netlayers/common';
import type { Detour, Field } from './command.js';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/**
 * Bytes, with a unit or without: `200k`, `1.5M`.
 *
 * @throws UsageError
 */
export function bytesOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kmgt]?)b?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  if (number === undefined || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`--${name} is a number of bytes such as 500, 200k or 1.5M, not ${text}`);
  }
  return bytes;
}

/** What is not left out: where a message ends, and whom it is for. */
const NEEDED = /^(host|content-length|transfer-encoding)$/i;

/**
 * The fields of one `-H`: `Name: value`, `Name:` for none, `Name;` for an empty one, or a file of them.
 *
 * @throws UsageError
 */
export function fieldsOf(line: string): Field[] {
  if (line.startsWith('@')) {
    const path = line.slice(1);
    let text: string;
    try {
      text = readFileSync(path === '-' ? 0 : path, 'latin1');
    } catch {
      throw new UsageError(`-H @${path}: the file cannot be read`);
    }
    return text
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .flatMap(fieldsOf);
  }
  const [, empty] = /^([^:;]+);\s*$/.exec(line) ?? [];
  if (empty !== undefined) return [[empty.trim(), '']];
  const colon = line.indexOf(':');
  if (colon <= 0) {
    throw new UsageError(`-H takes 'Name: value', not ${JSON.stringify(line)}`);
  }
  const name = line.slice(0, colon).trim();
  const value = line.slice(colon + 1).trim();
  if (value === '' && NEEDED.test(name)) {
    throw new UsageError(`-H '${name}:': a request cannot be sent without it; use curl for that`);
  }
  return [[name, value === '' ? null : value]];
}

const splitPlace = (text: string): string[] =>
  [...text.matchAll(/(?:^|:)(\[[^\]]*\]|[^:]*)/g)].map(([, part = '']) => part);

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').toLowerCase();

function portOf(name: string, text: string): number {
  if (text === '' || text === '*') return 0;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new UsageError(`--${name}: ${text} is no port`);
  }
  return Number(text);
}

/**
 * `HOST:PORT:ADDRESS[,ADDRESS]` of `--resolve`: the first address is used.
 *
 * @throws UsageError
 */
export function resolveDetour(text: string): Detour {
  const [, host = '', port = '', addresses = ''] =
    /^\+?(\[[^\]]*\]|[^:]*):([^:]*):(.+)$/.exec(text) ?? [];
  const toHost = bare(addresses.split(',')[0] ?? '');
  if (toHost === '') {
    throw new UsageError(`--resolve takes HOST:PORT:ADDRESS, not ${text}`);
  }
  return {
    host: host === '*' ? '' : bare(host),
    port: portOf('resolve', port),
    toHost,
    toPort: 0,
  };
}

/**
 * `HOST1:PORT1:HOST2:PORT2` of `--connect-to`; what is empty is any, or the same.
 *
 * @throws UsageError
 */
export function connectDetour(text: string): Detour {
  const parts = splitPlace(text);
  if (parts.length !== 4) {
    throw new UsageError(`--connect-to takes HOST1:PORT1:HOST2:PORT2, not ${text}`);
  }
  const [host = '', port = '', toHost = '', toPort = ''] = parts;
  return {
    host: bare(host),
    port: portOf('connect-to', port),
    toHost: bare(toHost),
    toPort: portOf('connect-to', toPort),
  };
}
