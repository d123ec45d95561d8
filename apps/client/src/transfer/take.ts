/**
 * Takes an answer: heads, the status, content.
 */

import { writeFile } from 'node:fs/promises';
import { ClientError, type ClientResponse } from '@netlayers/client';
import { colorsOf, takesColors } from '@netlayers/common';
import type { ResponseHead } from '@netlayers/http';
import { CommandError, ExitCode } from '../exit-code.js';
import { shownVersion } from '../http-version.js';
import { isJsonType, MOST_JSON, prettyJson } from '../show/pretty-json.js';
import { makeFolders, serverPath, setServerTime } from './file-name.js';
import { FileOutput } from './output.js';
import { Pace } from './pace.js';
import { begunOf, resumeStep } from './resume.js';
import type { Transfer } from './state.js';

/** Takes an answer. */
export async function take(
  transfer: Transfer,
  response: ClientResponse,
  signal: AbortSignal,
): Promise<void> {
  const { command, output, meter } = transfer;
  if (output.size > 0) {
    const step = resumeStep(response, output.size, transfer.begun !== null);
    if (step === 'complete') return response.discard();
    if (step === 'restart') {
      if (response.status >= 300) return refuse(transfer, response);
      await output.truncate(0);
    }
  }
  transfer.begun ??= begunOf(response);
  await writeHeads(transfer);
  const isFailure = response.status >= 400;
  if (isFailure && command.onStatus === 'fail') return refuse(transfer, response);
  if (command.method !== 'HEAD') checkSize(response, command.maxBytes);
  await settlePath(transfer, response);
  if (command.out.includeHead) await output.write(headsOf(transfer));
  await writeContent(transfer, response, signal);
  if (output instanceof FileOutput && command.out.serverTime) {
    await output.close();
    await setServerTime(output.path, response);
  }
  meter.end();
  if (isFailure && command.onStatus === 'fail-with-body') throw statusError(response);
}

const statusError = ({ url, status, reason }: ClientResponse): CommandError =>
  new CommandError(
    ExitCode.HTTP_ERROR,
    `${url.host} answered ${status}${reason === '' ? '' : ` ${reason}`}`,
  );

async function refuse({ command }: Transfer, response: ClientResponse): Promise<never> {
  await response.discard();
  const error = statusError(response);
  if (command.onStatus !== 'take') throw error;
  throw new CommandError(
    ExitCode.RANGE,
    `${error.message} instead of the rest of the file, which is kept`,
  );
}

/** Gives the file the server's name, and makes its folder. */
async function settlePath(transfer: Transfer, response: ClientResponse): Promise<void> {
  const { command, output, spec } = transfer;
  if (!(output instanceof FileOutput)) return;
  if (spec.output === null && command.out.serverNames && output.size === 0) {
    output.path = serverPath(response, command.out) ?? output.path;
  }
  if (command.out.createFolders) await makeFolders(output.path);
}

/** A head as it came. */
function headOf({ version, status, reason, headers }: ResponseHead): string {
  let text = `HTTP/${shownVersion(version)} ${status} ${reason}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/** The same for a terminal. */
function colouredHeadOf({ version, status, reason, headers }: ResponseHead): string {
  const colors = colorsOf(true);
  const paint = status < 300 ? colors.green : status < 400 ? colors.yellow : colors.red;
  let text = `${paint(`HTTP/${shownVersion(version)} ${status} ${reason}`)}\r\n`;
  for (const [name, value] of headers) text += `${colors.cyan(name)}: ${value}\r\n`;
  return `${text}\r\n`;
}

function headsOf(transfer: Transfer): Uint8Array {
  const form = isPretty(transfer) ? colouredHeadOf : headOf;
  return Buffer.from(transfer.meter.heads.map(form).join(''), 'latin1');
}

async function writeHeads({ command, meter }: Transfer): Promise<void> {
  const { dumpHeader } = command.out;
  if (dumpHeader === null) return;
  const text = Buffer.from(meter.heads.map(headOf).join(''), 'latin1');
  if (dumpHeader === '-') process.stdout.write(text);
  else {
    await writeFile(dumpHeader, text).catch((error: Error) => {
      throw new CommandError(ExitCode.WRITE, `cannot write: ${error.message}`);
    });
  }
}

/** Whether somebody reads it, rather than a program. */
function isPretty({ command, output }: Transfer): boolean {
  const { pretty } = command.out;
  if (pretty !== 'auto') return pretty === 'all';
  const isWatched = !(output instanceof FileOutput) && process.stdout.isTTY === true;
  return isWatched && takesColors(process.stdout, process.env);
}

async function writeContent(
  transfer: Transfer,
  response: ClientResponse,
  signal: AbortSignal,
): Promise<void> {
  const { command, output, meter, progress, spec } = transfer;
  if (isPretty(transfer) && isJsonType(response.headers.get('content-type'))) {
    return writePretty(transfer, response);
  }
  if (output instanceof FileOutput) {
    const total = response.decoded || response.bodyLength < 0 ? null : response.bodyLength;
    progress.begin(output.path, output.size, total === null ? null : output.size + total);
  }
  const rate = command.bytesPerSecond;
  const pace = rate === null ? null : new Pace(rate);
  const isUnchanged = command.timeCondition !== null && response.status === 304;
  // A file of length 0 is a file as well.
  if (output.size === 0 && !isUnchanged) await output.write(new Uint8Array(0));
  let isFirst = spec.output === '-' && process.stdout.isTTY === true;
  for await (const chunk of response) {
    if (isFirst && chunk.includes(0)) throw binaryError();
    isFirst = false;
    await output.write(chunk);
    meter.downloadBytes += chunk.length;
    progress.add(chunk.length);
    await pace?.take(chunk.length, signal);
  }
}

const binaryError = (): CommandError =>
  new CommandError(
    ExitCode.WRITE,
    'this is binary, which a terminal may take for commands: use -o FILE, or pipe it through cat',
  );

/** Arranges JSON; what grows beyond all reading is passed on as it is. */
async function writePretty({ output, meter }: Transfer, response: ClientResponse): Promise<void> {
  const gathered: Uint8Array[] = [];
  let isTooMuch = false;
  for await (const chunk of response) {
    meter.downloadBytes += chunk.length;
    isTooMuch ||= meter.downloadBytes > MOST_JSON;
    gathered.push(chunk.slice());
    if (isTooMuch) for (const held of gathered.splice(0)) await output.write(held);
  }
  if (isTooMuch) return;
  const bytes = Buffer.concat(gathered);
  const pretty = prettyJson(bytes.toString(), colorsOf(true));
  await output.write(pretty === null ? bytes : Buffer.from(pretty));
}

/** What is too large is told by its head, where that says so. */
function checkSize(response: ClientResponse, maxBytes: number | null): void {
  if (maxBytes === null || response.bodyLength <= maxBytes) return;
  const text = `${response.url.host}: ${response.bodyLength} bytes are more than --max-filesize allows`;
  throw new ClientError('response-too-large', text);
}
