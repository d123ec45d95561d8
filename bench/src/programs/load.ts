/**
 * The generator of load on node:net, for machines without a C compiler: the modes, arguments and answers
 * of `native/load/load.h`. It may be the limit of what it measures, and the report says that it was this.
 *
 *     load MODE HOST PORT CONGESTION-CONTROL CONNECTIONS REQUEST [BODY-BYTES]
 */

import process from 'node:process';
import { bodyAnswers } from '../load/bodies.js';
import { connectAnswers, holdAnswers } from '../load/connections.js';
import type { LoadSettings } from '../load/exchange.js';
import { keepAnswers } from '../load/requests.js';
import { readAnswers, writeAnswers } from '../load/streams.js';
import { type Answer, answerLines } from '../process/lines.js';

const [mode = '', host = '', port, control = '', connections, request = '', bodyBytes] =
  process.argv.slice(2);
const settings: LoadSettings = {
  host,
  port: Number(port),
  control,
  connections: Number(connections),
  request: Buffer.from(request, 'latin1'),
  bodyBytes: Number(bodyBytes ?? 0),
};

const MODES: Readonly<
  Record<string, (settings: LoadSettings) => Promise<Readonly<Record<string, Answer>>>>
> = {
  keep: keepAnswers,
  connect: connectAnswers,
  read: readAnswers,
  write: writeAnswers,
  body: bodyAnswers,
  hold: holdAnswers,
};

const open = MODES[mode];
if (open === undefined) throw new Error(`no mode is called ${mode}`);
answerLines(await open(settings));
