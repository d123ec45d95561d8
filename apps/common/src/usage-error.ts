/**
 * A mistake on the command line: exit code 2 in every command.
 */

/** The message is one line for whoever made the mistake, and says what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
