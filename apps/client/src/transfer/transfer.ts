/**
 * One URL: request, answer, content; again where it failed and may be repeated. A download into a
 * file that was cut short goes on where it stopped, if the server can do that.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientResponse, RequestOptions } from '@netlayers/client';
import { isIdempotentMethod } from '@netlayers/http';
import type { ClientCommand, Field, TransferSpec } from '../command/command.js';
import { CommandError, ExitCode, exitCodeOf, messageOf } from '../exit-code.js';
import { type SendContent, sendContent } from '../request/content.js';
import { headersFor, type Prepared, prepare } from '../request/request-of.js';
import { inFolder, nameOfUrl } from './file-name.js';
import { Meter } from './meter.js';
import { FileOutput, type Output, StandardOutput, sizeOf } from './output.js';
import { paced } from './pace.js';
import type { TransferResult } from './result.js';
import { rangeFields } from './resume.js';
import { mayRetryError, mayRetryStatus, pauseMs } from './retry.js';
import type { Runner } from './runner.js';
import type { Transfer } from './state.js';
import { take } from './take.js';

/** Runs a transfer to its end; never rejects. */
export async function runTransfer(
  runner: Runner,
  command: ClientCommand,
  index: number,
  signal: AbortSignal,
): Promise<TransferResult> {
  const spec = command.transfers[index] as TransferSpec;
  const meter = new Meter();
  const progress = runner.openProgress(spec);
  let transfer: Transfer | null = null;
  let failure: unknown = null;
  try {
    const output = await outputOf(command, spec);
    transfer = { command, spec, runner, meter, output, progress, signal } as Transfer;
    transfer.begun = null;
    transfer.response = null;
    const prepared = await prepare(command, spec);
    const whole = transfer;
    await runner.measured(meter, () => attempts(whole, prepared));
  } catch (error) {
    failure = signal.aborted ? signal.reason : error;
  }
  meter.end();
  progress.end();
  try {
    await transfer?.output.close();
  } catch (error) {
    failure ??= error;
  }
  return resultOf(command, spec, index, { meter, transfer, failure });
}

function resultOf(
  command: ClientCommand,
  spec: TransferSpec,
  index: number,
  end: { meter: Meter; transfer: Transfer | null; failure: unknown },
): TransferResult {
  const { meter, transfer, failure } = end;
  const response = transfer?.response ?? null;
  const url = response?.url.href ?? spec.url;
  const location = meter.heads.at(-1)?.headers.get('location') ?? null;
  const isRedirect = location !== null && !command.followRedirects && URL.canParse(location, url);
  const output = transfer?.output;
  return {
    index,
    asked: spec.url,
    url,
    redirectUrl: isRedirect ? new URL(location, url).href : '',
    method: command.method,
    referer: command.headers.find(([name]) => name.toLowerCase() === 'referer')?.[1] ?? '',
    path: output instanceof FileOutput && response !== null ? output.path : '',
    exitCode: failure === null ? ExitCode.OK : exitCodeOf(failure),
    error: failure === null ? '' : messageOf(failure),
    failure,
    meter,
  };
}

async function outputOf(command: ClientCommand, spec: TransferSpec): Promise<Output> {
  const { resumeAt, out } = command;
  const from = typeof resumeAt === 'number' ? resumeAt : 0;
  if (spec.output === '-') return new StandardOutput(from);
  const path = inFolder(spec.output ?? nameOfUrl(spec.url), out);
  return new FileOutput(path, resumeAt === 'end' ? await sizeOf(path) : from);
}

async function attempts(transfer: Transfer, prepared: Prepared): Promise<void> {
  const { command, signal, meter, runner } = transfer;
  const { retry } = command;
  for (let attempt = 1; ; attempt++) {
    const content = await sendContent(command, transfer.spec);
    const inTime = retry.maxTimeMs === null || meter.elapsedMs < retry.maxTimeMs;
    const mayRepeat = attempt <= retry.limit && content.repeatable && inTime;
    const idempotent = retry.allErrors || isIdempotentMethod(command.method);
    let response: ClientResponse | null = null;
    let why: string;
    try {
      response = await withinTime(transfer, async (signal) => {
        const options = requestOptions(transfer, prepared, content, signal);
        const response = await runner.client.request(prepared.url, options);
        const isTemporary = mayRetryStatus(response.status, idempotent);
        if (mayRepeat && isTemporary) return response;
        transfer.response = response;
        await take(transfer, response, signal);
        return null;
      });
      if (response === null) return;
      why = `status ${response.status}`;
      await response.discard();
    } catch (error) {
      signal.throwIfAborted();
      const isWorthIt = retry.allErrors || mayRetryError(error, idempotent);
      if (!mayRepeat || !isWorthIt || !isClean(transfer)) throw error;
      why = messageOf(error);
    }
    const ms = pauseMs(attempt, response, Date.now(), retry);
    runner.notes.warn(`${why}; try ${attempt + 1} in ${ms / 1000} s`);
    await sleep(ms, undefined, { signal });
    meter.restart();
  }
}

/** Bounds one attempt by `--max-time`. */
async function withinTime<T>(
  { command, signal }: Transfer,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ms = command.maxTimeMs;
  if (ms === null) return attempt(signal);
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(tooLong(ms)), ms);
  try {
    return await attempt(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    // Whatever broke while it was given up: why it was is what counts.
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

const tooLong = (ms: number): CommandError =>
  new CommandError(
    ExitCode.TIMEOUT,
    `not done within ${ms / 1000} s: allow more with --max-time, or go on later with -C - -o FILE`,
  );

/** Whether another attempt can join, or replace, what was written. */
const isClean = ({ output, command }: Transfer): boolean =>
  output.size === output.start ||
  (output.canRestart && command.method === 'GET' && !command.out.includeHead);

/**
 * Whether the rest can be asked for alone. What this run has begun must be known by a version; what
 * was there before, only the user can know. Decoded bytes are not those that a server counts.
 */
const canJoin = ({ command, begun }: Transfer): boolean =>
  command.method === 'GET' &&
  !command.compressed &&
  command.range === null &&
  (begun === null || begun.validator !== null);

function requestOptions(
  transfer: Transfer,
  prepared: Prepared,
  content: SendContent,
  signal: AbortSignal,
): RequestOptions {
  const { command, output, begun } = transfer;
  const more: readonly Field[] = canJoin(transfer) ? rangeFields(output.size, begun) : [];
  const { requestTarget } = command;
  return {
    method: command.method,
    headers: headersFor(command, prepared, content, more),
    body: counted(transfer, content, signal),
    signal,
    ...(requestTarget === null ? {} : { target: requestTarget }),
  };
}

/** Counts what is sent, and holds it to a rate. */
function counted(
  { meter, command, progress }: Transfer,
  { body }: SendContent,
  signal: AbortSignal,
): SendContent['body'] {
  if (body === null) return null;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    meter.uploadBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    return body;
  }
  const rate = command.bytesPerSecond;
  const bytes = rate === null ? body : paced(body, rate, signal);
  return (async function* () {
    for await (const chunk of bytes) {
      meter.uploadBytes += chunk.length;
      progress.add(0);
      yield chunk;
    }
  })();
}
