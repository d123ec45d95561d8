/**
 * What tests of programs begin with.
 */

import type { Server } from 'node:net';
import { type NodeHost, type NodeNetwork, simulate } from '@netlayers/sim/node';

/** A network of `app.test` and `api.test`, 10 ms apart. */
export interface TwoHosts {
  readonly net: NodeNetwork;
  readonly app: NodeHost;
  readonly api: NodeHost;
}

/** Runs a program on two hosts, and resolves with what it returns. */
export const onTwoHosts = <T>(program: (hosts: TwoHosts) => T | PromiseLike<T>): Promise<T> =>
  simulate({ seed: 1, captureFolder: null }, (net) => {
    const app = net.host('app.test');
    const api = net.host('api.test');
    net.link(app, api, { delayMs: 10 });
    return program({ net, app, api });
  });

/** Resolves once a server listens. */
export const listening = (server: Pick<Server, 'listen'>, port: number): Promise<void> =>
  new Promise((resolve) => {
    server.listen(port, resolve);
  });
