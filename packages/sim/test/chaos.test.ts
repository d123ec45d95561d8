/**
 * Many hosts, and everything goes wrong: loss, partitions, crashes, restarts, names that are not
 * found. Each transfer ends with every byte right or with an error that says why, and a seed is a run.
 */

import { createNetwork, type SimHost, type SimNetwork } from '@netlayers/sim';
import type { SocketHandler, TcpSocket } from '@netlayers/stack';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';

const HOSTS = 20;
const TRANSFERS = 60;
const LAST_START_MS = 60_000;
const LARGEST = 150_000;
const PORT = 80;
/** What a program may be told; `crashed` is that its own host has. */
const CLEAR = ['ok', 'crashed', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN'];

interface Transfer {
  readonly from: SimHost;
  outcome: string | null;
}

const byteAt = (index: number): number => (index * 31 + (index >>> 8)) & 0xff;
const TEXT = Uint8Array.from({ length: LARGEST }, (_, index) => byteAt(index));

const ignore: SocketHandler = {
  handleData() {},
  handleEnd() {},
  handleDrain() {},
  handleClose() {},
};

/** Checks every byte, and answers the end with how many there were. */
function serve(host: SimHost, wrong: string[]): void {
  host.stack.listen({ port: PORT }, (socket) => {
    let received = 0;
    socket.setKeepAlive(true, 10_000, 1_000, 5);
    socket.setHandler({
      ...ignore,
      handleData(buf, start, end) {
        for (let at = start; at < end; at++) {
          if (buf[at] !== byteAt(received++)) wrong.push(`${host.name} at ${received}`);
        }
      },
      handleEnd() {
        socket.write(new TextEncoder().encode(String(received)));
        socket.end();
      },
    });
  });
}

/** Sends so many bytes and resolves with `ok` once the peer has counted them, or with an error's code. */
async function send(from: SimHost, name: string, length: number): Promise<string> {
  let socket: TcpSocket;
  try {
    socket = await from.connect({ host: name, port: PORT });
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
  socket.setUserTimeout(30_000);
  socket.setKeepAlive(true, 5_000, 1_000, 5);
  return new Promise((resolve) => {
    let sent = 0;
    let answer = '';
    const sendMore = (): void => {
      while (sent < length) {
        const start = sent;
        sent = Math.min(sent + 16_384, length);
        if (!socket.write(TEXT, start, sent)) break;
      }
      if (sent === length) socket.end();
    };
    socket.setHandler({
      ...ignore,
      handleData(buf, start, end) {
        answer += new TextDecoder().decode(buf.subarray(start, end));
      },
      handleDrain: sendMore,
      handleClose(error) {
        const isWhole = error === null && answer === String(length);
        resolve(isWhole ? 'ok' : String((error as { code?: unknown } | null)?.code ?? 'cut short'));
      },
    });
    sendMore();
  });
}

/** Runs the chaos of one seed; returns how each transfer has ended. */
async function chaos(network: SimNetwork): Promise<string[]> {
  const random = seededRandom(network.seed);
  const upTo = (limit: number): number => random.u32() % limit;
  const router = network.router();
  const wrong: string[] = [];
  const hosts = Array.from({ length: HOSTS }, (_, index) => {
    const host = network.host({ name: `h${index}.test`, address: `10.0.0.${index + 1}` });
    const loss = upTo(4) / 100;
    network.link(host, router, { delayMs: 1 + upTo(50), loss, rateBitsPerSecond: 20e6 });
    serve(host, wrong);
    return host;
  });
  const anyHost = (): SimHost => hosts[upTo(HOSTS)]!;
  const transfers: Transfer[] = [];
  for (let i = 0; i < TRANSFERS; i++) {
    const transfer: Transfer = { from: anyHost(), outcome: null };
    const { name } = anyHost();
    const length = upTo(LARGEST);
    transfers.push(transfer);
    network.at(upTo(LAST_START_MS), async () => {
      const outcome = transfer.from.isUp ? await send(transfer.from, name, length) : 'crashed';
      transfer.outcome ??= outcome;
    });
  }
  for (let i = 0; i < 6; i++) {
    const [a, b] = [hosts.slice(0, 1 + upTo(HOSTS - 2)), [] as SimHost[]];
    b.push(...hosts.slice(a.length));
    const way = ([undefined, 'there', 'back'] as const)[upTo(3)];
    const at = upTo(LAST_START_MS);
    const lasts = upTo(40_000);
    network.at(at, () => {
      const partition = network.partition(a, b, way);
      network.at(network.clock.now() + lasts, () => partition.heal());
    });
  }
  for (let i = 0; i < 12; i++) {
    const host = anyHost();
    const at = upTo(LAST_START_MS);
    network.at(at, () => {
      host.crash();
      for (const transfer of transfers) if (transfer.from === host) transfer.outcome ??= 'crashed';
    });
    network.at(at + upTo(20_000), () => {
      host.restart();
      for (const transfer of transfers) if (transfer.from === host) transfer.outcome ??= 'crashed';
      // The program takes its time to start: until then, connections are refused.
      const { stack } = host;
      network.at(network.clock.now() + 8_000, () => {
        if (host.isUp && host.stack === stack) serve(host, wrong);
      });
    });
  }
  network.resolver.impair({ delayMs: 20 });
  network.resolver.impair({ failure: 'EAI_AGAIN', delayMs: 5_000 }, { host: anyHost() });
  await network.run(() => network.until(() => transfers.every(({ outcome }) => outcome !== null)));
  expect(wrong).toEqual([]);
  return transfers.map(({ outcome }) => outcome!);
}

const SEEDS = Array.from({ length: 8 }, (_, index) => index + 1);

describe('chaos', () => {
  const seen = new Set<string>();

  it.each(SEEDS)('ends every transfer whole or with a reason, seed %i', (seed) =>
    simulate('chaos', seed, async (network) => {
      const outcomes = await chaos(network);
      for (const outcome of outcomes) {
        expect(CLEAR).toContain(outcome);
        seen.add(outcome);
      }
      expect(outcomes.filter((outcome) => outcome === 'ok').length).toBeGreaterThan(10);
    }),
  );

  it('has shown every way in which a transfer ends', () => {
    expect([...seen].sort()).toEqual([...CLEAR].sort());
  });

  it('is the same run for the same seed, and another for another', async () => {
    const trace = async (seed: number): Promise<string> => {
      const events: string[] = [];
      const network = createNetwork({
        seed,
        observe: (e) =>
          void events.push(
            `${e.atMs} ${e.from}>${e.to} ${e.fate} ${e.buf.subarray(e.start, e.end)}`,
          ),
      });
      const outcomes = await chaos(network);
      return `${outcomes}\n${events.join('\n')}`;
    };
    const first = await trace(3);
    expect((await trace(3)) === first).toBe(true);
    expect((await trace(4)) === first).toBe(false);
  });
});
