/**
 * Errors of the operating system, brought to the few codes that the `Transport` contract names.
 */

/** An error with the code that callers match on. */
interface CodedError extends Error {
  readonly code?: string;
}

const withCode = (code: string, message: string, cause: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code });

/**
 * A connection that the peer reset reports EPIPE where the peer had ended its half before, and
 * ECONNRESET elsewhere: to the user it is one thing.
 */
export const resetError = (error: CodedError): Error =>
  error.code === 'EPIPE'
    ? withCode('ECONNRESET', 'the peer has reset the connection', error)
    : error;

/**
 * A failure to connect. Where a name has several addresses Node reports one error per address
 * under an empty message; the first one stands for all.
 */
export function connectError(error: CodedError, host: string, port: number): Error {
  if (!(error instanceof AggregateError)) return error;
  const first = error.errors[0] as CodedError | undefined;
  const code = first?.code ?? 'ECONNREFUSED';
  return withCode(code, `connect ${code} ${host}:${port}`, error);
}

/** What was queued is lost, since bytes of the peer had to be answered by a reset. */
export const unreadError = (): Error =>
  withCode('ECONNRESET', 'bytes came that nobody reads, before ours had left', null);
