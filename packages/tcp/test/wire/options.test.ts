import {
  createTcpHeader,
  emitTcpHeader,
  parseTcp,
  seq,
  TCP_HEADER_LENGTH,
  TcpFlag,
} from '@netlayers/tcp';
import { hex, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { established, listening, type ScriptSetup, synSent } from '../support/fake-peer.js';
import { encodeOptions, type ScriptOptions } from '../support/segments.js';

const parse = (bytes: Uint8Array) => {
  const header = createTcpHeader();
  return { drop: parseTcp(bytes, 0, bytes.length, header), header };
};

/** A header with these options, padded by hand. */
function withOptions(...options: number[]): Uint8Array {
  const bytes = new Uint8Array(20 + options.length);
  emitTcpHeader(bytes, 0, 1, 2, seq(3), seq(4), TcpFlag.ACK, 5, options.length);
  bytes.set(options, 20);
  return bytes;
}

describe('the header', () => {
  it('is read from a captured SYN of another stack', () => {
    // Linux: 40,000 -> 80, MSS 1460, SACK permitted, timestamps, window scale 7.
    const { drop, header } = parse(
      hex`9c40 0050 1a2b3c4d 00000000 a002 faf0 0000 0000
          0204 05b4 0402 080a 0011 2233 0000 0000 0103 0307`,
    );
    expect(drop).toBe(null);
    expect(header).toMatchObject({
      sourcePort: 40_000,
      destinationPort: 80,
      seq: 0x1a2b3c4d,
      flags: TcpFlag.SYN,
      wnd: 64_240,
      len: 1,
      mss: 1460,
      windowShift: 7,
      sackPermitted: true,
      hasTimestamp: true,
      tsval: 0x112233,
      tsecr: 0,
      sackCount: 0,
    });
  });

  it('counts SYN and FIN into SEG.LEN', () => {
    const bytes = new Uint8Array(25);
    emitTcpHeader(bytes, 0, 1, 2, seq(3), seq(4), TcpFlag.SYN | TcpFlag.FIN, 5, 0);
    expect(parse(bytes).header.len).toBe(7);
  });

  it('is refused when it is shorter than 20 bytes or than it says', () => {
    expect(parse(new Uint8Array(19)).drop).toBe('truncated');
    const bytes = withOptions();
    bytes[12] = 0x40;
    expect(parse(bytes).drop).toBe('bad-data-offset');
    bytes[12] = 0x60;
    expect(parse(bytes).drop).toBe('bad-data-offset');
  });

  it('forgets the options of the segment before', () => {
    const header = createTcpHeader();
    const syn = withOptions(2, 4, 5, 180, 1, 3, 3, 7, 1, 1, 4, 2);
    parseTcp(syn, 0, syn.length, header);
    expect(header.mss).toBe(1460);
    const plain = withOptions();
    parseTcp(plain, 0, plain.length, header);
    expect(header).toMatchObject({ mss: 0, windowShift: -1, sackPermitted: false });
  });
});

describe('options', () => {
  it('of every kind are read, in any order and alignment [RFC 9293 MUST-4, MUST-5, MUST-64]', () => {
    const sack = [1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0];
    const { header } = parse(withOptions(...sack));
    expect(header.sackCount).toBe(2);
    expect([...header.sackEdges.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    const { header: other } = parse(withOptions(3, 3, 9, 4, 2, 2, 4, 1, 0, 0, 0, 0));
    expect(other).toMatchObject({ windowShift: 9, sackPermitted: true, mss: 256 });
  });

  it('end at END, whatever follows [RFC 9293 MUST-4]', () => {
    expect(parse(withOptions(0, 2, 0, 0)).drop).toBe(null);
  });

  it('of unknown kinds are skipped by their length [RFC 9293 MUST-6, MUST-68]', () => {
    const { drop, header } = parse(withOptions(254, 6, 1, 2, 3, 4, 2, 4, 4, 0, 1, 0));
    expect(drop).toBe(null);
    expect(header.mss).toBe(1024);
  });

  it('with an impossible length make the segment unusable [RFC 9293 MUST-7]', () => {
    expect(parse(withOptions(2, 0, 0, 0)).drop).toBe('bad-option');
    expect(parse(withOptions(2, 1, 0, 0)).drop).toBe('bad-option');
    expect(parse(withOptions(1, 1, 1, 2)).drop).toBe('bad-option');
    expect(parse(withOptions(99, 5, 0, 0)).drop).toBe('bad-option');
  });

  it('with a wrong length for their kind are ignored [RFC 9293 MUST-7]', () => {
    const { drop, header } = parse(withOptions(2, 3, 5, 3, 4, 7, 1, 4, 3, 0, 8, 3, 0, 5, 3, 0));
    expect(drop).toBe(null);
    expect(header).toMatchObject({
      mss: 0,
      windowShift: -1,
      sackPermitted: false,
      hasTimestamp: false,
      sackCount: 0,
    });
  });

  it('take a shift above 14 as 14 [RFC 7323 2.3 shift]', () => {
    expect(parse(withOptions(3, 3, 200, 0)).header.windowShift).toBe(14);
  });

  it('never make the parser throw or read beyond the end', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 20_000; i++) {
      const bytes = random.bytes(60);
      const end = TCP_HEADER_LENGTH + random.below(41);
      const header = createTcpHeader();
      const drop = parseTcp(bytes, 0, end, header);
      const cut = createTcpHeader();
      expect(parseTcp(bytes.slice(0, end), 0, end, cut)).toBe(drop);
      if (drop === null) expect(cut).toEqual(header);
    }
  });
});

describe('negotiation', () => {
  const ON = { timestamps: true, sack: true, windowScaling: true } as const;
  const ALL = { mss: 1000, ws: 3, sackOk: true, ts: [5, 0] } as const satisfies ScriptOptions;

  it('offers everything in a SYN, with tsecr 0 and an unscaled window [RFC 9293 MUST-14, SHLD-5] [RFC 7323 2.2 SYN, 2.2 unscaled, 3.2 SYN, 3.2 TSecr]', () => {
    const script = synSent({ settings: { ...ON, receiveBuffer: 1_000_000 } });
    script.advance(1000);
    script.expects([
      { flags: 'S', mss: 1000, ws: 4, sackOk: true, ts: true, tsecr: 0, wnd: 65_535 },
    ]);
  });

  it('offers nothing that is switched off', () => {
    const script = synSent();
    script.advance(1000);
    script.expects([{ flags: 'S', mss: 1000, ws: -1, sackOk: false, ts: false }]);
  });

  // Each option alone, all and none, from the peer; against all and none of ours.
  const offers: ScriptOptions[] = [
    { mss: 1000 },
    { mss: 1000, ws: 3 },
    { mss: 1000, sackOk: true },
    { mss: 1000, ts: [5, 0] },
    ALL,
  ];
  for (const offer of offers) {
    for (const ours of [ON, {}]) {
      const name = `${JSON.stringify(offer)} against ${Object.keys(ours).length === 0 ? 'none' : 'all'}`;
      it(`answers ${name}: only what both want [RFC 7323 2.2 SYN, 2.2 both, 3.2 SYN] [RFC 2018 2]`, () => {
        const wants = ours === ON;
        const setup: ScriptSetup = { settings: ours, options: offer };
        const script = listening(setup);
        script.sends({ seq: 0, flags: 'S', options: offer });
        script.expects([
          {
            flags: 'SA',
            ws: wants && offer.ws !== undefined ? 0 : -1,
            sackOk: wants && offer.sackOk === true,
            ts: wants && offer.ts !== undefined,
            ...(wants && offer.ts !== undefined ? { tsecr: 5 } : {}),
          },
        ]);
        for (const active of [true, false]) {
          const { conn } = established({ ...setup, active });
          expect(conn.scalingEnabled).toBe(wants && offer.ws !== undefined);
          expect(conn.snd.windowShift).toBe(wants && offer.ws !== undefined ? 3 : 0);
          expect(conn.sackEnabled).toBe(wants && offer.sackOk === true);
          expect(conn.timestampsEnabled).toBe(wants && offer.ts !== undefined);
          expect(conn.snd.mss).toBe(conn.timestampsEnabled ? 988 : 1000);
        }
      });
    }
  }

  it('sends timestamps on every segment once agreed, the reset included [RFC 7323 3.2 always]', () => {
    const script = established({ settings: ON, options: ALL });
    script.write('x');
    script.abort();
    script.expects([
      { ts: true, flags: 'A' },
      { ts: true, flags: 'RA' },
    ]);
  });

  it('tells of what it holds beyond a gap, the newest first [RFC 2018 3, 4]', () => {
    const script = established({ settings: ON, options: ALL });
    const ts = { options: { ts: [6, 0] } } as const;
    script.sends({ seq: 11, data: 5, ...ts });
    script.expects([{ ack: 1, sack: [11, 16] }]);
    script.sends({ seq: 31, data: 5, ...ts });
    script.expects([{ sack: [31, 36, 11, 16] }]);
    script.sends({ seq: 51, data: 5, ...ts }, { seq: 71, data: 5, ...ts });
    // Beside timestamps there is room for three.
    expect(script.take().at(-1)?.sack).toEqual([71, 76, 51, 56, 31, 36]);
    script.sends({ seq: 16, data: 5, ...ts });
    expect(script.take()[0]?.sack.slice(0, 2)).toEqual([11, 21]);
    script.sends({ seq: 1, data: 100, ...ts });
    script.expects([{ ack: 101, sack: [] }]);
  });

  it('sends no SACK blocks to a peer that has not asked', () => {
    const script = established({ settings: ON, options: { mss: 1000 } });
    script.sends({ seq: 11, data: 5 });
    script.expects([{ ack: 1, sack: [] }]);
  });

  it('leave nothing to pad: options fill the header, or zeros do [RFC 9293 MUST-69]', () => {
    for (let bits = 0; bits < 8; bits++) {
      const settings = {
        timestamps: (bits & 1) !== 0,
        sack: (bits & 2) !== 0,
        windowScaling: (bits & 4) !== 0,
      };
      const script = established({ settings, options: ALL });
      script.sends({ seq: 11, data: 5, options: { ts: [6, 0] } });
      const syn = synSent({ settings });
      syn.advance(1000);
      for (const { bytes } of [...script.ip.take(), ...syn.ip.take()]) {
        const end = (bytes[12]! >> 4) * 4;
        let at = TCP_HEADER_LENGTH;
        while (at < end && bytes[at] !== 0) at += bytes[at] === 1 ? 1 : bytes[at + 1]!;
        expect([...bytes.subarray(at, end)]).toEqual(new Array(end - at).fill(0));
      }
    }
  });

  it('encodes what it decodes', () => {
    const script = listening({ settings: ON });
    script.sends({ seq: 0, flags: 'S', options: ALL });
    const sent = script.ip.sent[0]!;
    expect(sent.header.dataStart).toBe(sent.bytes.length);
    expect(sent.bytes.length % 4).toBe(0);
    expect(encodeOptions(ALL).length % 4).toBe(0);
  });
});
