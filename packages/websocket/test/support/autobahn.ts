/**
 * The cases of Autobahn's test suite, by their numbers, written anew as what a peer sends and what must
 * come back. Its peer is an echo; the same cases are run against both roles, and with the bytes at once,
 * frame by frame and octet by octet.
 */

import { describe, expect, it } from 'vitest';
import { End, type EndOptions } from './end.js';
import { type FrameSpec, frame, utf8 } from './frames.js';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** One case: what is sent, and which frames come back; a number is a Close frame with that code. */
export interface Case {
  /** Its number, what it is, and the clause that it is about. */
  readonly title: string;
  readonly sends: readonly FrameSpec[];
  readonly back: readonly (FrameSpec | number)[];
}

export const text = (payload: Uint8Array | string = 'Hello, world!'): FrameSpec => ({
  opcode: TEXT,
  payload,
});
export const binary = (payload: Uint8Array): FrameSpec => ({ opcode: BINARY, payload });
export const ping = (payload: Uint8Array | string = ''): FrameSpec => ({ opcode: PING, payload });
export const pong = (payload: Uint8Array | string = ''): FrameSpec => ({ opcode: PONG, payload });

/** A Close frame; without a code an empty one. */
export function close(code?: number, reason: Uint8Array | string = ''): FrameSpec {
  const bytes = typeof reason === 'string' ? utf8(reason) : reason;
  const payload = code === undefined ? bytes : Uint8Array.of(code >> 8, code & 255, ...bytes);
  return { opcode: CLOSE, payload };
}

/** A message in frames with these payloads. */
export function fragments(
  opcode: number,
  payloads: readonly (Uint8Array | string)[],
): readonly FrameSpec[] {
  return payloads.map((payload, index) => ({
    fin: index === payloads.length - 1,
    opcode: index === 0 ? opcode : 0,
    payload,
  }));
}

const bytesOf = ({ payload = '' }: FrameSpec): string =>
  Buffer.from(typeof payload === 'string' ? utf8(payload) : payload).toString('latin1');

const line = (spec: FrameSpec | number): string => {
  const { opcode, payload = '' } = typeof spec === 'number' ? close(spec) : spec;
  const bytes = bytesOf({ opcode, payload });
  return `${opcode} ${bytes.length} ${bytes.length > 200 ? `${bytes.slice(0, 200)}...` : bytes}`;
};

/** Runs one case in one way; closes in the end, unless the case has. */
function runCase(end: End, { sends, back }: Case, pieceLength: 'frames' | number): void {
  const masked = end.role === 'server';
  if (pieceLength === 'frames') for (const spec of sends) end.receive([spec]);
  else end.receive(sends, pieceLength);
  const isClosed = back.some((spec) => typeof spec === 'number' || spec.opcode === CLOSE);
  if (!isClosed) {
    expect(end.connection.state).toBe('OPEN');
    end.receiveBytes(frame({ ...close(1000, 'done'), masked }));
  }
  const expected = isClosed ? back : [...back, 1000];
  const sent = end.sent();
  expect(sent.map((spec) => line(spec))).toEqual(expected.map(line));
  // 7.1.1: the server ends the stream, and so does whoever has been sent what may not be sent.
  if (end.role === 'server' || end.error !== null) expect(end.sink.isEnded).toBe(true);
  else expect(end.sink.isEnded).toBe(false);
  end.connection.handleEnd();
  expect(end.sink.isEnded).toBe(true);
  expect(end.sink.corks).toBe(0);
}

/** Makes the tests of a group of cases. */
export function autobahn(name: string, cases: readonly Case[], options: EndOptions = {}): void {
  for (const role of ['server', 'client'] as const) {
    describe(`Autobahn ${name}, we are the ${role}`, () => {
      for (const one of cases) {
        it(one.title, () => {
          const size = one.sends.reduce((sum, spec) => sum + bytesOf(spec).length, 0);
          const ways =
            size > 20_000
              ? ([Number.POSITIVE_INFINITY, 997] as const)
              : ([Number.POSITIVE_INFINITY, 'frames', 1, 2, 3] as const);
          for (const way of ways) runCase(new End(role, { ...options, echoes: true }), one, way);
        });
      }
    });
  }
}
