/** The error of a peer that does not answer: what an ICMP message has said of it, or a time-out. */

import { readError, type TcpError } from '../base/errors.js';
import type { TcpConnection } from '../connection/connection.js';

export const silence = (connection: TcpConnection): TcpError =>
  connection.softError ?? readError('ETIMEDOUT');
