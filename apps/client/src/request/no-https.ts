/**
 * What https is carried by: nothing. A client without a transport for it would say what programs can
 * give it; whoever runs a command has to be told what to run instead.
 */

import { ClientError } from '@netlayers/client';
import type { Transport } from '@netlayers/http';

const refuse = (host: string): Promise<never> => {
  const text = `https is not spoken here, and ${host} wants it: use http:// if it has that too, or curl`;
  return Promise.reject(new ClientError('unsupported-protocol', text));
};

/** Refuses every connection. */
export const noHttps: Transport = {
  listen: ({ host = 'this machine' }) => refuse(host),
  connect: ({ host }) => refuse(host),
  close: () => Promise.resolve(),
};
