/**
 * What programs of the corpus have in common: two hosts, and servers that are awaited.
 */

/** Hosts `app.test` and `api.test`, with a link that delays and loses packets. */
export function twoHosts(net, options = {}) {
  const app = net.host('app.test');
  const api = net.host('api.test');
  const link = net.link(app, api, { delayMs: 20, loss: 0.05, ...options });
  return { app, api, link };
}

/** Has a server of Node's, or anything with its `listen`, listen on a port. */
export const listening = (server, port) =>
  new Promise((resolve, reject) => {
    server.once?.('error', reject);
    server.listen(port, () => resolve(server));
  });

/** Resolves with what the next event of an emitter brings. */
export const next = (emitter, event) =>
  new Promise((resolve) => emitter.once(event, (...args) => resolve(args[0])));

/** How an attempt failed: the code of the error, or of its cause. */
export const codeOf = (promise) =>
  promise.then(
    () => 'no error',
    (error) => error.code ?? error.cause?.code ?? error.name,
  );
