/**
 * Puts a program's interceptors among the layers of sending.
 */

import { Headers } from '@netlayers/http';
import { argumentFailure, ClientError } from '../base/errors.js';
import { parseUrl } from '../base/origin.js';
import { NO_BODY, prepareBody } from '../body/request-body.js';
import type { ClientRequest, Interceptor } from '../options/interceptor.js';
import { ClientResponse } from '../response/client-response.js';
import type { Hop } from './hop.js';
import type { Layer } from './layers.js';

/** Makes a layer of an interceptor. */
export function intercepting(intercept: Interceptor): Layer {
  return (hop, send) =>
    new Promise((resolve, reject) => {
      const controller = new AbortController();
      // It may ignore its signal: nobody waits for it then.
      const unlisten = hop.cancellation.listen((reason) => {
        controller.abort(reason);
        reject(reason);
      });
      const { url, method, target, redirects } = hop;
      const request: ClientRequest = {
        url: new URL(url),
        method,
        headers: hop.headers.clone(),
        body: hop.body.content,
        target,
        redirects,
        signal: controller.signal,
      };
      const run = async (): Promise<ClientResponse> => {
        const response = await intercept(request, async (changed) =>
          send(await changedHop(hop, changed)),
        );
        if (response instanceof ClientResponse) return response;
        throw new ClientError('invalid-argument', 'an interceptor brings a ClientResponse');
      };
      run().then(resolve, reject).finally(unlisten);
    });
}

async function changedHop(hop: Hop, request: ClientRequest): Promise<Hop> {
  try {
    const url = parseUrl(request.url);
    const given = request.body ?? null;
    const isSame = given === hop.body.content;
    const body = isSame ? hop.body : given === null ? NO_BODY : await prepareBody(given);
    const headers = new Headers(request.headers);
    const namesType = headers.has('content-type') || hop.omitted.has('content-type');
    if (!isSame && body.contentType !== null && !namesType) {
      headers.set('Content-Type', body.contentType);
    }
    return {
      ...hop,
      url,
      method: request.method,
      headers,
      body,
      target: url.href === hop.url.href ? hop.target : null,
      continueTimeoutMs: body.content === null ? null : hop.continueTimeoutMs,
    };
  } catch (error) {
    throw argumentFailure(error);
  }
}
