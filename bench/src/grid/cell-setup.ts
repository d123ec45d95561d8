/**
 * What the values of a cell mean for a link and two stacks, and how many bytes a cell can carry in
 * the time it is given: a few seconds of virtual time and a few hundred segments, so that a path of
 * one segment in ten seconds ends as well as one of 10 Gbit/s.
 */

import type { Impairments, LinkOptions } from '@netlayers/sim';
import type { TcpSettings } from '@netlayers/tcp';
import { algorithmOf } from './algorithms.js';
import type { Cell } from './dimensions.js';

/** What a cell is run with. */
export interface CellSetup {
  readonly link: LinkOptions;
  readonly tcp: Partial<TcpSettings>;
  /** Bytes from the client, and from the server; of one exchange where they take turns. */
  readonly bytesThere: number;
  readonly bytesBack: number;
  /** How often they take turns; 1 for bulk. */
  readonly exchanges: number;
  /** Whether no packet is lost, late or double but for a full queue. */
  readonly isClean: boolean;
}

const KB = 1024;
const SMALL_QUEUE = 64 * KB;
const DEEP_QUEUE = 16 * KB * KB;
const SHALLOW_QUEUE_PACKETS = 8;

/** IPv4 and TCP headers; timestamps in every segment. */
const HEADERS = 40;
const TIMESTAMPS = 12;

/** What most cells send. */
const USUAL_BYTES = 100_000;
/** A cell sends at least this many segments, at most that many: the CPU has to do other things too. */
const FEWEST_SEGMENTS = 4;
const USUAL_SEGMENTS = 12;
const MOST_SEGMENTS = 2000;
/** A cell is meant to end within this virtual time. */
const BUDGET_MS = 15_000;
const DELAYED_ACK_MS = 40;
const MIN_RTO_MS = 200;
/** With every fifth packet lost two minutes without an ACK are bad luck, not a dead peer. */
const USER_TIMEOUT_MS = 3_600_000;
/** Longer than the longest RTO twice over, so that a FIN that is repeated finds somebody. */
const TIME_WAIT_MS = 300_000;

/** A request and its response, and how often. */
const REQUEST_BYTES = 300;
const RESPONSE_BYTES = 5000;
const MOST_EXCHANGES = 10;

const LOSSES: Readonly<Record<Cell['loss'], Impairments>> = {
  '0': {},
  '0.1%': { loss: 0.001 },
  '1%': { loss: 0.01 },
  '5%': { loss: 0.05 },
  '20%': { loss: 0.2 },
  burst: { burstLoss: { probability: 0.0005, endProbability: 0.2 } },
};

/** The loss of a cell as a probability: for an estimate. */
const LOSS_SHARE: Readonly<Record<Cell['loss'], number>> = {
  '0': 0,
  '0.1%': 0.001,
  '1%': 0.01,
  '5%': 0.05,
  '20%': 0.2,
  burst: 0.0025,
};

const late = (share: number, ms: number): Impairments => ({
  reorder: { probability: share, extraMs: Math.max(1, ms) },
});

function reordering({ reorder, rttMs }: Cell): Impairments {
  if (reorder === 'none') return {};
  return reorder === '1% by 1/8' ? late(0.01, rttMs / 8) : late(0.1, rttMs / 2);
}

function queueing({ queue, rateMbit, rttMs }: Cell): Impairments {
  const rateBitsPerSecond = rateMbit * 1e6;
  const unlimited = Number.POSITIVE_INFINITY;
  if (queue === 'shallow') return { rateBitsPerSecond, queuePackets: SHALLOW_QUEUE_PACKETS };
  const product = (rateBitsPerSecond / 8) * (rttMs / 1000);
  const queueBytes = queue === 'deep' ? DEEP_QUEUE : Math.max(SMALL_QUEUE, product);
  return { rateBitsPerSecond, queuePackets: unlimited, queueBytes };
}

/** Bytes of text in a full segment of a cell. */
function textOf({ mtu, peerMss, options }: Cell): number {
  const largest = peerMss === 0 ? mtu - HEADERS : Math.min(peerMss, mtu - HEADERS);
  return Math.max(1, largest - (options === 'all' || options === 'no SACK' ? TIMESTAMPS : 0));
}

/** Bytes per ms that a cell may be expected to carry: no bound, only a reason to send less. */
function expectedRate(cell: Cell): number {
  const text = textOf(cell);
  const rate = (cell.rateMbit * 1000) / 8;
  const window = Math.min(cell.sendBuffer, cell.receiveBuffer);
  // A window of few segments waits for delayed ACKs.
  const round = cell.rttMs + 1 + (window < 4 * text ? DELAYED_ACK_MS : 0);
  const loss = LOSS_SHARE[cell.loss];
  const bounds = [rate * 0.8, window / round];
  if (loss > 0) bounds.push((1.2 * text) / Math.sqrt(loss) / (cell.rttMs + 5));
  if (loss >= 0.05) bounds.push(text / (cell.rttMs + 4 * loss * (MIN_RTO_MS + cell.rttMs)));
  if (cell.reorder === '10% by 1/2') bounds.push((4 * text) / (cell.rttMs + 1));
  return Math.min(...bounds);
}

function bulkBytes(cell: Cell): number {
  const text = textOf(cell);
  const wanted = Math.max(USUAL_BYTES, USUAL_SEGMENTS * text);
  const most = Math.min(wanted, MOST_SEGMENTS * text, BUDGET_MS * expectedRate(cell));
  return Math.round(Math.max(most, FEWEST_SEGMENTS * text));
}

/** Works out what a cell is run with. */
export function setUp(cell: Cell): CellSetup {
  const { loss, duplicate, reorder, options, traffic } = cell;
  const withTimestamps = options === 'all' || options === 'no SACK';
  const withSack = options === 'all' || options === 'no timestamps';
  const bytes = bulkBytes(cell);
  const turns = Math.floor(bytes / (REQUEST_BYTES + RESPONSE_BYTES));
  const exchanges = traffic === 'turns' ? Math.min(MOST_EXCHANGES, Math.max(2, turns)) : 1;
  const perTurn = Math.min(1, bytes / exchanges / (REQUEST_BYTES + RESPONSE_BYTES));
  return {
    link: {
      mtu: cell.mtu,
      delayMs: cell.rttMs / 2,
      duplicate,
      ...LOSSES[loss],
      ...reordering(cell),
      ...queueing(cell),
    },
    tcp: {
      mss: cell.peerMss,
      sendBuffer: cell.sendBuffer,
      receiveBuffer: cell.receiveBuffer,
      timestamps: withTimestamps,
      sack: withSack,
      userTimeoutMs: USER_TIMEOUT_MS,
      timeWaitMs: TIME_WAIT_MS,
      congestionControl: algorithmOf(cell.algorithm).factory,
    },
    bytesThere: traffic === 'turns' ? Math.ceil(REQUEST_BYTES * perTurn) : bytes,
    bytesBack:
      traffic === 'there'
        ? 1
        : traffic === 'turns'
          ? Math.ceil(RESPONSE_BYTES * perTurn)
          : Math.ceil(bytes / 2),
    exchanges,
    isClean: loss === '0' && duplicate === 0 && reorder === 'none',
  };
}
