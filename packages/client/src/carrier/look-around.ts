/**
 * Lets the host tell what it has received: a connection that the server has closed looks open until
 * then, and what is sent on it is lost. In virtual time everything is told when it happens.
 */

import { hostScheduler, type TurnScheduler } from '@netlayers/host';

/**
 * Makes a function that waits until the host has looked at its sockets once more: a turn may end behind
 * a look that began before, the next one does not.
 */
export function lookAround(): () => Promise<void> {
  let scheduler: TurnScheduler | null = null;
  return () => {
    scheduler ??= hostScheduler();
    const { macrotask: nextTurn } = scheduler;
    return new Promise((resolve) => nextTurn(() => nextTurn(resolve)));
  };
}
