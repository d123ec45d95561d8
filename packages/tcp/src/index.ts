/**
 * TCP (RFC 9293), sans-I/O: segments, time and randomness go in, segments and events come out.
 *
 * @packageDocumentation
 */

export type {
  CongestionControl,
  CongestionControlFactory,
} from './congestion-control.js';
export { initialWindow } from './congestion-control.js';
export { TcpConnection } from './connection.js';
export type { TcpCounters } from './counters.js';
export type { TcpHandler, TcpOpenCallback } from './delivery.js';
export type { TcpErrorCode } from './errors.js';
export { TcpError } from './errors.js';
export { formatFlags, TcpFlag } from './flags.js';
export { formatSegment } from './format-segment.js';
export type { TcpHeader, TcpParseDrop } from './header.js';
export { createTcpHeader, emitTcpHeader, parseTcp, TCP_HEADER_LENGTH } from './header.js';
export type { TcpListenerHandler, TcpListenOptions } from './listener.js';
export { TcpListener } from './listener.js';
export { newReno } from './new-reno.js';
export type { TcpObserver, TcpTimer } from './observer.js';
export type { TcpHeaderOptions } from './options.js';
export type { TcpDropReason } from './reasons.js';
export { Because, formatBecause, formatHeldBy, formatVerdict, HeldBy, Verdict } from './reasons.js';
export { type SegmentLogSink, segmentLog } from './segment-log.js';
export type { Seq } from './seq.js';
export { seq, seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt } from './seq.js';
export type { TcpSettings } from './settings.js';
export { defaultTcpSettings } from './settings.js';
export type { TcpState } from './state.js';
export { TCP_TRANSITIONS } from './state.js';
export type { TcpConnectOptions, TcpOptions } from './tcp.js';
export { Tcp } from './tcp.js';
