/**
 * What is counted of one transfer: when each phase was over, how many bytes, which ends. Times are
 * milliseconds since its begin; 0 is a phase that did not happen.
 */

import type { ClientActivity } from '@netlayers/client';
import type { Headers, ResponseHead } from '@netlayers/http';
import { shownVersion } from '../http-version.js';

/** The length of a head with this first line. */
function headLength(start: number, headers: Headers): number {
  let length = start + 4;
  for (const [name, value] of headers) length += name.length + value.length + 4;
  return length;
}

/** Counts one transfer. */
export class Meter {
  namedMs = 0;
  connectedMs = 0;
  securedMs = 0;
  sentMs = 0;
  answeredMs = 0;
  redirectMs = 0;
  endedMs = 0;
  connects = 0;
  redirects = 0;
  headBytes = 0;
  requestBytes = 0;
  uploadBytes = 0;
  downloadBytes = 0;
  remoteAddress = '';
  remotePort = 0;
  localAddress = '';
  localPort = 0;
  /** The method of the last request. */
  method = '';
  /** The heads of this attempt, those of redirections included. */
  heads: ResponseHead[] = [];
  readonly #start: number;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#start = now();
  }

  /** Milliseconds since the begin. */
  get elapsedMs(): number {
    return this.#now() - this.#start;
  }

  named(): void {
    this.namedMs = this.elapsedMs;
  }

  connected(): void {
    this.connects++;
    this.connectedMs = this.elapsedMs;
  }

  secured(): void {
    this.securedMs = this.elapsedMs;
  }

  /** A new attempt: heads and bytes of the last one do not count. */
  restart(): void {
    this.heads = [];
    this.redirects = 0;
    this.downloadBytes = 0;
    this.uploadBytes = 0;
  }

  observe(activity: ClientActivity): void {
    switch (activity.type) {
      case 'connection':
        this.remoteAddress = activity.address;
        this.remotePort = activity.port;
        this.localAddress = activity.localAddress;
        this.localPort = activity.localPort;
        break;
      case 'request': {
        const { method, target, headers } = activity.request;
        this.sentMs = this.elapsedMs;
        this.method = method;
        this.requestBytes += headLength(method.length + target.length + 10, headers);
        break;
      }
      case 'response': {
        const { version, reason, headers } = activity.response;
        this.answeredMs = this.elapsedMs;
        this.heads.push(activity.response);
        this.headBytes += headLength(10 + shownVersion(version).length + reason.length, headers);
        break;
      }
      case 'redirect':
        this.redirects++;
        this.redirectMs = this.elapsedMs;
        break;
      default:
    }
  }

  end(): void {
    this.endedMs = this.elapsedMs;
  }

  /** What the phases that there were took, in a line. */
  phases(): string {
    const { connects, namedMs, connectedMs, securedMs, sentMs, answeredMs, endedMs } = this;
    const sum = (ms: number): string => `${ms.toFixed(1)} ms`;
    const between = (from: number, to: number): string => sum(Math.max(0, to - from));
    const parts: string[] = [];
    if (connects > 0) {
      parts.push(`name ${sum(namedMs)}`, `connect ${between(namedMs, connectedMs)}`);
    } else parts.push(sentMs > 0 ? 'a kept connection' : 'no connection');
    if (securedMs > 0) parts.push(`TLS ${between(connectedMs, securedMs)}`);
    if (sentMs > 0) {
      parts.push(`request ${between(Math.max(connectedMs, securedMs), sentMs)}`);
      parts.push(`wait ${between(sentMs, answeredMs > 0 ? answeredMs : endedMs)}`);
    }
    if (answeredMs > 0) parts.push(`body ${between(answeredMs, endedMs)}`);
    return `${parts.join(', ')}; all ${sum(endedMs)}`;
  }
}
