/**
 * `-w`: what is told of a transfer when it is over, in the variables of curl that make sense here.
 */

import { shownVersion } from '../http-version.js';
import type { TransferResult } from './result.js';

const seconds = (ms: number): string => (ms / 1000).toFixed(6);

const rate = (bytes: number, ms: number): number => (ms > 0 ? Math.floor((bytes * 1000) / ms) : 0);

type Variable = (result: TransferResult) => string | number;

const VARIABLES: Readonly<Record<string, Variable>> = {
  content_type: ({ meter }) => meter.heads.at(-1)?.headers.get('content-type') ?? '',
  errormsg: ({ error }) => error,
  exitcode: ({ exitCode }) => exitCode,
  filename_effective: ({ path }) => path,
  http_code: ({ meter }) => String(meter.heads.at(-1)?.status ?? 0).padStart(3, '0'),
  http_connect: () => '000',
  http_version: ({ meter }) => {
    const head = meter.heads.at(-1);
    return head === undefined ? 0 : shownVersion(head.version);
  },
  local_ip: ({ meter }) => meter.localAddress,
  local_port: ({ meter }) => meter.localPort,
  method: ({ meter, method }) => meter.method || method,
  num_connects: ({ meter }) => meter.connects,
  num_headers: ({ meter }) => [...(meter.heads.at(-1)?.headers ?? [])].length,
  num_redirects: ({ meter }) => meter.redirects,
  proxy_ssl_verify_result: () => 0,
  redirect_url: ({ redirectUrl }) => redirectUrl,
  referer: ({ referer }) => referer,
  remote_ip: ({ meter }) => meter.remoteAddress,
  remote_port: ({ meter }) => meter.remotePort,
  response_code: ({ meter }) => String(meter.heads.at(-1)?.status ?? 0).padStart(3, '0'),
  scheme: ({ url }) => /^[a-z]+/i.exec(url)?.[0].toUpperCase() ?? '',
  size_download: ({ meter }) => meter.downloadBytes,
  size_header: ({ meter }) => meter.headBytes,
  size_request: ({ meter }) => meter.requestBytes,
  size_upload: ({ meter }) => meter.uploadBytes,
  speed_download: ({ meter }) => rate(meter.downloadBytes, meter.endedMs),
  speed_upload: ({ meter }) => rate(meter.uploadBytes, meter.endedMs),
  ssl_verify_result: () => 0,
  time_appconnect: ({ meter }) => seconds(meter.securedMs),
  time_connect: ({ meter }) => seconds(meter.connectedMs),
  time_namelookup: ({ meter }) => seconds(meter.namedMs),
  time_pretransfer: ({ meter }) => seconds(meter.sentMs),
  time_redirect: ({ meter }) => seconds(meter.redirectMs),
  time_starttransfer: ({ meter }) => seconds(meter.answeredMs),
  time_total: ({ meter }) => seconds(meter.endedMs),
  url: ({ asked }) => asked,
  url_effective: ({ url }) => url,
  urlnum: ({ index }) => index,
};

function headerJson({ meter }: TransferResult): string {
  const fields: Record<string, string[]> = {};
  for (const [name, value] of meter.heads.at(-1)?.headers ?? []) {
    const lower = name.toLowerCase();
    fields[lower] = [...(fields[lower] ?? []), value];
  }
  return JSON.stringify(fields);
}

function allAsJson(result: TransferResult): string {
  const entries = Object.entries(VARIABLES).map(([name, variable]) => {
    const value = variable(result);
    const isNumber = /^(http_code|response_code|http_connect|time_)/.test(name);
    return [name, isNumber ? Number(value) : value];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

function textOf(name: string, result: TransferResult): string | null {
  if (name === 'json') return allAsJson(result);
  if (name === 'header_json') return headerJson(result);
  const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
  return variable === undefined ? null : String(variable(result));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A piece of what is told, and where. */
export interface Written {
  readonly to: 'stdout' | 'stderr';
  readonly text: string;
}

/** Fills in a format; `%{onerror}` ends it where there was none. */
export function writeOut(format: string, result: TransferResult): Written[] {
  const written: Written[] = [];
  let to: Written['to'] = 'stdout';
  let text = '';
  const turn = (stream: Written['to']): void => {
    if (text !== '') written.push({ to, text });
    text = '';
    to = stream;
  };
  for (const [whole, header, name, letter] of format.matchAll(
    /%header\{([^}]*)\}|%\{([^}]*)\}|\\([nrt])|%%|[^%\\]+|[%\\]/gs,
  )) {
    if (header !== undefined) text += result.meter.heads.at(-1)?.headers.get(header) ?? '';
    else if (name === 'stderr' || name === 'stdout') turn(name);
    else if (name === 'onerror') {
      if (result.exitCode === 0) break;
    } else if (name !== undefined) text += textOf(name, result) ?? '';
    else text += letter === undefined ? (whole === '%%' ? '%' : whole) : ESCAPES[letter];
  }
  turn(to);
  return written;
}
