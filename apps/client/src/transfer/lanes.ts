/**
 * All transfers of a run: one after the other, or several at once (`-Z`), each lane one after the other.
 * All are the business of one client, which keeps connections for the next and shares those that carry
 * many requests. What it does is counted for the transfer in whose turn it is done, whichever lane that is.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { Client, type CookieStore, type Interceptor } from '@netlayers/client';
import type { ClientCommand } from '../command/command.js';
import { ExitCode } from '../exit-code.js';
import { protocolsOf } from '../request/http2.js';
import { httpsOn } from '../request/https.js';
import { proxyRule } from '../request/proxy-rule.js';
import { isCookieText, textOrFile } from '../request/request-of.js';
import { notingHttp2 } from '../show/http2-note.js';
import type { Notes } from '../show/notes.js';
import { NO_PROGRESS } from '../show/progress.js';
import type { ProgressBars } from '../show/progress-bars.js';
import type { ClientTransport } from '../transport.js';
import { allowedSchemes } from './allowed-schemes.js';
import { dialling } from './dial.js';
import type { Meter } from './meter.js';
import type { TransferResult } from './result.js';
import type { Runner } from './runner.js';
import { runTransfer } from './transfer.js';

/** What the lanes share. */
interface Shared {
  readonly command: ClientCommand;
  readonly open: ClientTransport;
  readonly notes: Notes;
  readonly signal: AbortSignal;
  readonly cookies: CookieStore | null;
  readonly bars: ProgressBars | null;
  readonly format: string | null;
}

/** Runs all transfers; the exit code is that of the last one that failed. */
export async function runTransfers(
  command: ClientCommand,
  open: ClientTransport,
  notes: Notes,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { writeOut } = command.out;
  const { store, save } = await cookiesOf(command);
  const bars = await barsOf(command, notes);
  const format = writeOut === null ? null : textOrFile(writeOut);
  const shared: Shared = { command, open, notes, signal, cookies: store, bars, format };
  const count = Math.min(command.lanes, command.transfers.length);
  const runner = await openRunner(shared, count);
  // Each transfer listens; many of them are no leak.
  setMaxListeners(0, signal, process.stdout);
  let next = 0;
  let code: ExitCode = ExitCode.OK;
  const runLane = async (): Promise<void> => {
    while (next < command.transfers.length && !signal.aborted) {
      const result = await runTransfer(runner, command, next++, signal);
      await report(shared, result);
      if (result.exitCode !== ExitCode.OK) code = result.exitCode;
      if (command.failEarly && code !== ExitCode.OK) next = command.transfers.length;
    }
  };
  try {
    await Promise.all(Array.from({ length: count }, runLane));
  } finally {
    runner.client.abort();
    bars?.close();
  }
  if (!signal.aborted) await save();
  return code;
}

/** Says how a transfer has ended. */
async function report(shared: Shared, result: TransferResult): Promise<void> {
  const { notes, open, signal, format } = shared;
  const { failure } = result;
  if (failure !== null && !(signal.aborted && failure === signal.reason)) {
    const advice =
      result.exitCode === ExitCode.UNTRUSTED
        ? '--cacert FILE trusts other roots, -k any certificate'
        : open.advise(failure);
    if (!isBrokenPipe(failure)) {
      notes.error(advice === null ? result.error : `${result.error}; ${advice}`);
    }
  }
  if (notes.shows('trace')) notes.trace(`* Phases: ${result.meter.phases()}`);
  if (format === null || signal.aborted) return;
  const { writeOut } = await import('./write-out.js');
  for (const { to, text } of writeOut(format, result)) process[to].write(text);
}

/** The reader of a pipe has enough: no reason to complain. */
const isBrokenPipe = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('cannot write') && /EPIPE/.test(error.message);

/** What answers challenges, where they are waited for. */
async function answering(command: ClientCommand): Promise<Interceptor[]> {
  if (command.authentication === 'basic') return [];
  const { authenticating } = await import('../request/authentication.js');
  return [authenticating(command)];
}

/** @param lanes transfers at a time: each may need a connection of its own. */
async function openRunner(shared: Shared, lanes: number): Promise<Runner> {
  const { command, open, notes, cookies, bars } = shared;
  const meters = new AsyncLocalStorage<Meter>();
  const speaks = notes.shows('info');
  const longest = Math.max(60_000, command.maxTimeMs ?? 0);
  const transport = dialling({
    transport: open.transport,
    lookup: (name) => open.lookup(name, command.family),
    detours: command.detours,
    named: () => meters.getStore()?.named(),
    connected: () => meters.getStore()?.connected(),
  });
  const client = new Client({
    transport,
    secureTransport: (inner) => httpsOn(inner, command.tls, () => meters.getStore()?.secured()),
    protocols: await protocolsOf(command.http),
    maxConnectionsPerOrigin: Math.max(16, lanes),
    proxy: proxyRule(process.env, command),
    redirect: command.followRedirects ? 'follow' : 'manual',
    maxRedirects: command.maxRedirects,
    redirectHeaders: command.trustRedirects ? ['authorization', 'cookie'] : [],
    interceptors: [
      allowedSchemes(command),
      notingHttp2(command.http, notes),
      ...(await answering(command)),
    ],
    decompress: command.compressed,
    headersTimeoutMs: longest,
    bodyTimeoutMs: command.speed?.timeMs ?? longest,
    ...(command.speed === null ? {} : { minDataRate: command.speed.limit }),
    ...(command.connectTimeoutMs === null ? {} : { connectTimeoutMs: command.connectTimeoutMs }),
    ...(command.maxBytes === null ? {} : { maxResponseBytes: command.maxBytes }),
    ...(cookies === null ? {} : { cookies }),
    http: { decodeText: (buf, start, end) => Buffer.prototype.latin1Slice.call(buf, start, end) },
    ...(command.compressed ? { decoders: (await import('../request/brotli.js')).decoders } : {}),
    observe: (activity) => {
      meters.getStore()?.observe(activity);
      if (speaks) notes.activity(activity);
    },
  });
  return {
    client,
    notes,
    measured: (meter, run) => meters.run(meter, run),
    openProgress: ({ output }) => (bars === null || output === '-' ? NO_PROGRESS : bars.open()),
  };
}

/** Bars are for people who wait for files, and not for logs. */
async function barsOf(command: ClientCommand, notes: Notes): Promise<ProgressBars | null> {
  const wanted = command.out.progress && !command.silent && !notes.shows('info');
  const writesFiles = command.transfers.some(({ output }) => output !== '-');
  if (!wanted || !writesFiles || process.stderr.isTTY !== true) return null;
  const { ProgressBars } = await import('../show/progress-bars.js');
  return new ProgressBars();
}

async function cookiesOf(
  command: ClientCommand,
): Promise<{ store: CookieStore | null; save: () => Promise<void> }> {
  const { cookies, cookieJar, transfers } = command;
  if (cookies === null && cookieJar === null) return { store: null, save: async () => {} };
  const literal = cookies !== null && isCookieText(cookies) ? cookies : null;
  const hosts = new Set(
    transfers.filter(({ url }) => URL.canParse(url)).map(({ url }) => new URL(url).hostname),
  );
  const { withLiteralCookies } = await import('../request/with-literal-cookies.js');
  if (literal !== null && cookieJar === null) {
    return { store: withLiteralCookies(null, literal, hosts), save: async () => {} };
  }
  const { CookieFiles } = await import('../request/cookie-file.js');
  const files = new CookieFiles();
  if (literal === null && cookies !== null && cookies !== '') {
    await files.read(cookies, command.keepSession);
  }
  const store = literal === null ? files : withLiteralCookies(files, literal, hosts);
  const save = async (): Promise<void> => {
    if (cookieJar !== null) await files.write(cookieJar);
  };
  return { store, save };
}
