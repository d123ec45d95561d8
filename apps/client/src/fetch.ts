/**
 * The run itself: request, answer, content; again where it failed and may be repeated. A download
 * into a file that was cut short goes on where it stopped, if the server can do that.
 */

import { Client, type ClientResponse, type RequestOptions } from '@netlayers/client';
import { Headers, isIdempotentMethod } from '@netlayers/http';
import { type SendContent, sendContent } from './content.js';
import { CommandError, ExitCode } from './exit-code.js';
import { noHttps } from './no-https.js';
import type { Notes } from './notes.js';
import type { ClientCommand } from './options.js';
import { FileOutput, type Output, StandardOutput, sizeOf } from './output.js';
import { type Begun, begunOf, rangeFields, resumeStep } from './resume.js';
import { mayRetryError, mayRetryStatus, pauseMs } from './retry.js';
import type { ClientTransport } from './transport.js';

/** The state of a run over its attempts. */
interface Run {
  readonly command: ClientCommand;
  readonly client: Client;
  readonly notes: Notes;
  readonly signal: AbortSignal;
  readonly output: Output;
  /** What was begun by an attempt of this run. */
  begun: Begun | null;
}

/**
 * Fetches what the command says.
 *
 * @returns the exit code; failures are thrown.
 */
export async function runFetch(
  command: ClientCommand,
  open: ClientTransport,
  notes: Notes,
  signal: AbortSignal,
): Promise<ExitCode> {
  const client = new Client({
    transport: open.transport,
    secureTransport: noHttps,
    ...(open.resolve === null ? {} : { resolve: open.resolve }),
    redirect: command.followRedirects ? 'follow' : 'manual',
    decompress: command.compressed,
    http: { decodeText: (buf, start, end) => Buffer.prototype.latin1Slice.call(buf, start, end) },
    ...(command.compressed ? { decoders: (await import('./brotli.js')).decoders } : {}),
    ...(notes.shows('info') ? { observe: notes.activity } : {}),
  });
  const toFile = command.output !== '-';
  const output = toFile
    ? new FileOutput(command.output, command.resume ? await sizeOf(command.output) : 0)
    : new StandardOutput();
  try {
    const run: Run = { command, client, notes, signal, output, begun: null };
    return await attempts(run);
  } finally {
    client.abort();
    await output.close();
  }
}

async function attempts(run: Run): Promise<ExitCode> {
  const { command, signal, notes } = run;
  for (let attempt = 1; ; attempt++) {
    const content = await sendContent(command.data);
    const mayRepeat = attempt <= command.retries && content.repeatable;
    const idempotent = isIdempotentMethod(command.method);
    let response: ClientResponse | null = null;
    let why: string;
    try {
      response = await run.client.request(command.url, requestOptions(run, content));
      if (!mayRepeat || !mayRetryStatus(response.status, idempotent)) {
        return await take(run, response);
      }
      why = `status ${response.status}`;
      await response.discard();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayRepeat || !mayRetryError(error, idempotent) || !isClean(run)) throw error;
      why = error instanceof Error ? error.message : String(error);
    }
    const ms = pauseMs(attempt, response, Date.now());
    notes.warn(`${why}; try ${attempt + 1} in ${ms / 1000} s`);
    const { setTimeout } = await import('node:timers/promises');
    await setTimeout(ms, undefined, { signal });
  }
}

/** Whether another attempt can join, or replace, what was written. */
const isClean = ({ output, command }: Run): boolean =>
  output.size === 0 || (output.canRestart && command.method === 'GET' && !command.includeHead);

/**
 * Whether the rest can be asked for alone. What this run has begun must be known by a version; what
 * was there before, only the user can know. Decoded bytes are not those that a server counts.
 */
const canJoin = ({ command, begun }: Run): boolean =>
  command.method === 'GET' && !command.compressed && (begun === null || begun.validator !== null);

function requestOptions(run: Run, content: SendContent): RequestOptions {
  const { command, signal, output } = run;
  const headers = new Headers();
  const defaults: (readonly [string, string])[] = [
    ['User-Agent', 'netlayers-client'],
    ...content.headers,
    ...(canJoin(run) ? rangeFields(output.size, run.begun) : []),
  ];
  for (const [name, value] of defaults) headers.set(name, value);
  const named = new Set<string>();
  for (const [name, value] of command.headers) {
    const lower = name.toLowerCase();
    // The first line of a name replaces the default, further ones are added.
    if (!named.has(lower)) headers.delete(name);
    named.add(lower);
    if (value !== '') headers.append(name, value);
  }
  return { method: command.method, headers, body: content.body, signal };
}

/** Takes an answer: head, content, exit code. */
async function take(run: Run, response: ClientResponse): Promise<ExitCode> {
  const { command, output } = run;
  if (output.size > 0) {
    const step = resumeStep(response, output.size, run.begun !== null);
    if (step === 'complete') {
      await response.discard();
      return ExitCode.OK;
    }
    if (step === 'restart') {
      if (response.status >= 300) return refuse(run, response);
      await output.truncate(0);
    }
  }
  run.begun ??= begunOf(response);
  if (command.failOnStatus && response.status >= 400) return refuse(run, response);
  if (command.includeHead) await output.write(headOf(response));
  // A file of length 0 is a file as well.
  if (output.size === 0) await output.write(new Uint8Array(0));
  for await (const chunk of response) await output.write(chunk);
  return ExitCode.OK;
}

async function refuse(run: Run, response: ClientResponse): Promise<never> {
  await response.discard();
  const { url, status, reason } = response;
  const text = `${url.host} answered ${status}${reason === '' ? '' : ` ${reason}`}`;
  throw new CommandError(
    run.command.failOnStatus ? ExitCode.HTTP_ERROR : ExitCode.RANGE,
    run.command.failOnStatus ? text : `${text} instead of the rest of the file, which is kept`,
  );
}

function headOf(response: ClientResponse): Uint8Array {
  const { version, status, reason, headers } = response;
  let text = `HTTP/${version} ${status} ${reason}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}
