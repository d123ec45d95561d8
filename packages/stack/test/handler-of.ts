import type { SocketHandler } from '@netlayers/stack';

/** A handler of which only some events matter. */
export const handlerOf = (handlers: Partial<SocketHandler>): SocketHandler => ({
  handleData: () => {},
  handleEnd: () => {},
  handleDrain: () => {},
  handleClose: () => {},
  ...handlers,
});
