/**
 * Why a connection is closed, as a number (RFC 6455, 7.4, and the registry that it set up).
 */

/** The registered codes; programs have 3000 to 4999 to themselves and to their frameworks. */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  /** Never sent: the peer's Close frame named no code. */
  NoStatus: 1005,
  /** Never sent: the connection ended without a Close frame. */
  Abnormal: 1006,
  InvalidPayload: 1007,
  PolicyViolation: 1008,
  MessageTooBig: 1009,
  MandatoryExtension: 1010,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
  BadGateway: 1014,
} as const;

/** A code of {@link CloseCode}, or one of a program's own. */
export type CloseCode = number;

/** Whether a code may stand in a Close frame (7.4.1 and 7.4.2). */
export function isSendableCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  if (code >= 3000) return code <= 4999;
  if (code === 1004 || code === CloseCode.NoStatus || code === CloseCode.Abnormal) return false;
  return code >= 1000 && code <= CloseCode.BadGateway;
}
