import type { HttpProtocolError } from '@netlayers/http';

/** The code of the error that an action throws. */
export const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as HttpProtocolError).code;
  }
  return 'nothing thrown';
};
