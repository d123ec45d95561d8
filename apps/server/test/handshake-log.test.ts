import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { HandshakeLog } from '../src/handshake-log.js';
import { Log } from '../src/log.js';

describe('handshakes that fail', () => {
  const said: string[] = [];
  const sink = { write: (text: string) => void said.push(text) };
  const open = (verbosity: 'info' | 'debug'): [HandshakeLog, ManualClock, Log] => {
    said.length = 0;
    const clock = new ManualClock();
    const log = new Log(verbosity, sink, sink, false);
    return [new HandshakeLog(log, clock), clock, log];
  };

  it('are said at once, and then once a minute with how many there were', () => {
    const [failures, clock] = open('info');
    for (let count = 0; count < 10_000; count++) failures.failed('TLS with a: no');
    expect(said).toEqual(['warning TLS with a: no (-v shows each, this is said once a minute)\n']);
    clock.advance(59_999);
    failures.failed('TLS with b: no');
    expect(said).toHaveLength(1);
    clock.advance(1);
    failures.failed('TLS with c: no');
    expect(said.slice(1)).toEqual([
      'warning TLS with c: no; 10000 more since the last of these lines (-v shows each, this is said once a minute)\n',
    ]);
    clock.advance(60_000);
    failures.failed('TLS with d: no');
    expect(said[2]).toBe('warning TLS with d: no (-v shows each, this is said once a minute)\n');
  });

  it('are said one by one to whoever asks for it', () => {
    const [failures, , log] = open('debug');
    for (const peer of ['a', 'b', 'c']) failures.failed(`TLS with ${peer}: no`);
    log.flush();
    expect(said.join('')).toBe('TLS with a: no\nTLS with b: no\nTLS with c: no\n');
  });
});
