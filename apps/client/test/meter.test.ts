import { Headers, Request } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { Meter } from '../src/transfer/meter.js';

describe('the phases of a transfer', () => {
  const response = {
    version: '1.1',
    status: 200,
    reason: 'OK',
    headers: new Headers(),
    bodyLength: 0,
    keepAlive: true,
  } as const;
  const steps = {
    named: (meter: Meter) => meter.named(),
    connected: (meter: Meter) => meter.connected(),
    secured: (meter: Meter) => meter.secured(),
    sent: (meter: Meter) => meter.observe({ type: 'request', request: new Request('GET', '/') }),
    answered: (meter: Meter) => meter.observe({ type: 'response', response }),
  };

  it.each<[(keyof typeof steps)[], string]>([
    [[], 'no connection; all 1.0 ms'],
    [['named'], 'no connection; all 2.0 ms'],
    [['named', 'connected'], 'name 1.0 ms, connect 1.0 ms; all 3.0 ms'],
    [
      ['named', 'connected', 'secured', 'sent'],
      'name 1.0 ms, connect 1.0 ms, TLS 1.0 ms, request 1.0 ms, wait 1.0 ms; all 5.0 ms',
    ],
    [
      ['sent', 'answered'],
      'a kept connection, request 1.0 ms, wait 1.0 ms, body 1.0 ms; all 3.0 ms',
    ],
  ])('after %j are those that there were', (names, line) => {
    let now = 0;
    const meter = new Meter(() => now);
    for (const name of names) {
      now++;
      steps[name](meter);
    }
    now++;
    meter.end();
    expect(meter.phases()).toBe(line);
  });
});
