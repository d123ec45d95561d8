/**
 * TCP (RFC 9293), sans-I/O: segments, time and randomness go in, segments and events come out.
 *
 * @packageDocumentation
 */

export type { TcpCounters } from './base/counters.js';
export type { TcpErrorCall, TcpErrorCode } from './base/errors.js';
export { connectError, listenError, TcpError } from './base/errors.js';
export type { TcpDropReason } from './base/reasons.js';
export {
  Because,
  formatBecause,
  formatHeldBy,
  formatVerdict,
  HeldBy,
  Verdict,
} from './base/reasons.js';
export type { TcpState } from './base/state.js';
export { TCP_TRANSITIONS } from './base/state.js';
export type { BbrOptions } from './congestion/bbr.js';
export { bbr, bbrWith } from './congestion/bbr.js';
export type {
  CongestionControl,
  CongestionControlFactory,
} from './congestion/congestion-control.js';
export { initialWindow } from './congestion/congestion-control.js';
export type { CubicOptions } from './congestion/cubic.js';
export { cubic, cubicWith } from './congestion/cubic.js';
export { newReno } from './congestion/new-reno.js';
export type { ChangeableSetting } from './connection/change-settings.js';
export { TcpConnection } from './connection/connection.js';
export type { TcpHandler, TcpOpenCallback } from './connection/delivery.js';
export { type CongestionPhase, type TcpInfo, tcpInfo } from './connection/info.js';
export type { TcpObserver, TcpTimer } from './connection/observer.js';
export type { TcpSettings } from './connection/settings.js';
export { defaultTcpSettings } from './connection/settings.js';
export type { TcpListenerHandler, TcpListenOptions } from './layer/listener.js';
export { TcpListener } from './layer/listener.js';
export { type SegmentComments, segmentComments } from './layer/segment-comments.js';
export { type SegmentLogSink, segmentLog } from './layer/segment-log.js';
export { Tcp } from './layer/tcp.js';
export type { TcpConnectOptions, TcpOptions } from './layer/tcp-options.js';
export type { UnclaimedHandler } from './layer/unclaimed.js';
export { formatFlags, TcpFlag } from './wire/flags.js';
export { formatSegment } from './wire/format-segment.js';
export type { TcpHeader, TcpParseDrop } from './wire/header.js';
export { createTcpHeader, emitTcpHeader, parseTcp, TCP_HEADER_LENGTH } from './wire/header.js';
export type { TcpHeaderOptions } from './wire/options.js';
export type { SeqNumber as Seq } from './wire/seq.js';
export {
  seqDiff,
  seqGe,
  seqGt,
  seqLe,
  seqLt,
  seqNumber as seq,
  seqNumberAdd as seqAdd,
} from './wire/seq.js';
