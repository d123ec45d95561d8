import { it } from 'vitest';
import { createNetwork } from '@netlayers/sim';
import * as tcpPkg from '@netlayers/tcp';
const rtts = (process.env.RTTS ?? '50').split(',').map(Number);
const kinds = (process.env.KINDS ?? 'none,l0.1,l1,l3,reorder,burst').split(',');
const seeds = Number(process.env.SEEDS ?? '1');
const cc = process.env.CC ?? 'newReno';
it('goodput', async () => {
  for (const rtt of rtts) for (const kind of kinds) {
    const out: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const secs = rtt >= 200 ? 20 : 10;
      const loss = kind.startsWith('l') ? Number(kind.slice(1)) / 100 : 0;
      const imp = { delayMs: rtt / 2, loss, rateBitsPerSecond: 100e6, queueBytes: Math.max(65536, 100e6 / 8 * rtt / 1000), queuePackets: 1e9,
        ...(kind === 'reorder' ? { reorder: { probability: 0.01, extraMs: Math.max(1, rtt / 8) } } : {}),
        ...(kind === 'burst' ? { burstLoss: { probability: 0.0005, endProbability: 0.2, longestMs: 50 } } : {}) };
      const network = createNetwork({ seed });
      const tcp = { receiveBuffer: 16 << 20, sendBuffer: 16 << 20, congestionControl: (tcpPkg as any)[cc] };
      const a = network.host({ address: '10.0.0.1', tcp });
      const b = network.host({ address: '10.0.0.2', tcp });
      network.link(a, b, imp as any);
      let received = 0;
      b.stack.listen({ port: 5001 }, (socket: any) => socket.setHandler({ handleData: (_b: any, s: number, e: number) => { received += e - s; }, handleEnd() {}, handleDrain() {}, handleClose() {} }));
      const result = await network.run(async () => {
        const socket = await a.stack.connect({ host: '10.0.0.2', port: 5001 });
        const chunk = new Uint8Array(65536);
        const feed = () => { while (socket.write(chunk)); };
        socket.setHandler({ handleData() {}, handleEnd() {}, handleDrain: feed, handleClose() {} } as any);
        const start = received; feed();
        await new Promise<void>((r) => network.clock.setTimer(network.clock.now() + secs * 1000, r));
        const c = a.stack.counters().tcp;
        const info = socket.info();
        socket.abort();
        return `${((received - start) * 8 / secs / 1e6).toFixed(1)} (rtx ${c.retransmissions} rto ${c.retransmissionTimeouts} fr ${c.fastRetransmissions} sp ${c.spuriousRecoveries} tlp ${c.tailLossProbes} cwnd ${Math.round(info.cwnd)} srtt ${info.srttMs.toFixed(0)})`;
      });
      out.push(String(result));
    }
    console.log(`${cc} rtt ${rtt} ${kind}: ${out.join(' | ')}`);
  }
}, 600_000);
