/**
 * Holds requests to the schemes of `--proto` and `--proto-redir`, those of redirections included.
 */

import type { Interceptor } from '@netlayers/client';
import type { ClientCommand } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';

/** Fails what is not allowed; a redirection has to be allowed by both options. */
export function allowedSchemes({
  schemes,
  redirectSchemes,
}: Pick<ClientCommand, 'schemes' | 'redirectSchemes'>): Interceptor {
  return (request, next) => {
    const { protocol } = request.url;
    const name = protocol.slice(0, -1);
    if (!schemes.has(protocol)) {
      throw new CommandError(ExitCode.FAILED, `${name} is not allowed by --proto`);
    }
    if (request.redirects.length > 0 && !redirectSchemes.has(protocol)) {
      throw new CommandError(ExitCode.FAILED, `${name} is not allowed by --proto-redir`);
    }
    return next(request);
  };
}
