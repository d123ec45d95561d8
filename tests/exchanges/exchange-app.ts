/**
 * What the rows of the suite ask: one route for each thing that can be seen from outside.
 */

import { Headers, Response } from '@netlayers/http';
import { Application, HttpError, Server, type ServerOptions } from '@netlayers/server';

const encoder = new TextEncoder();

async function* letters(): AsyncGenerator<Uint8Array> {
  for (const letter of 'abc') yield encoder.encode(letter);
}

/** The routes. */
export function exchangeApplication(): Application {
  return new Application()
    .route('GET', '/', () => Response.text('hello'))
    .route('GET', '/empty', () => new Response())
    .route('GET', '/stream', () => new Response().body(letters()))
    .route('GET', '/known', () => new Response().header('Content-Length', '3').body(letters()))
    .route('GET', '/short', () => new Response().header('Content-Length', '9').body(letters()))
    .route('GET', '/trailers', () => {
      const response = new Response().body(letters());
      response.trailers = new Headers({ 'X-Sum': '3' });
      return response;
    })
    .route('GET', '/status/:code', ({ params }) => new Response(Number(params.code)))
    .route('GET', '/text/:code', ({ params }) => Response.text('text', Number(params.code)))
    .route('GET', '/cookies', () =>
      new Response().header('Set-Cookie', 'a=1').header('Set-Cookie', 'b=2'),
    )
    .route('GET', '/redirect', () => Response.redirect('/\u00e9 x'))
    .route('GET', '/close', () => Response.text('bye').header('Connection', 'close'))
    .route('GET', '/throws', () => {
      throw new Error('secret');
    })
    .route('GET', '/refuses', () => {
      throw new HttpError(418, 'short and stout');
    })
    .route('GET', '/hints', (request) => {
      request.inform(new Response(103).header('Link', '</a.css>; rel=preload'));
      return Response.text('hinted');
    })
    .route('POST', '/ignore', () => Response.text('ignored'))
    .route('POST', '/text', async (request) => Response.text(await request.text()))
    .route('POST', '/json', async (request) => Response.json(await request.json()))
    .route('POST', '/form', async (request) => Response.json([...(await request.formData())]))
    .route('PUT', '/put', async (request) => Response.text(await request.text(), 201))
    .route('POST', '/trailers', async (request) => {
      await request.text();
      return Response.json([...(request.trailers ?? [])]);
    })
    .route('POST', '/echo', (request) => new Response().body(request))
    .route('GET', '/users/:id', ({ params }) => Response.json(params))
    .route('GET', '/rest/*', ({ params }) => Response.json(params))
    .any('/seen', async (request) => {
      const { method, target, path, authority, version } = request;
      const query = [...request.query];
      const fields = [...request.headers];
      return Response.json({ method, target, path, query, authority, version, fields });
    })
    .upgrade('shout', (request) =>
      request.upgrade(new Response(101).header('Upgrade', 'shout'), (stream, remaining) => {
        const shout = (bytes: Uint8Array): void => {
          stream.write(encoder.encode(new TextDecoder().decode(bytes).toUpperCase()));
        };
        stream.setHandler({
          handleData: (buf, start, end) => shout(buf.subarray(start, end)),
          handleEnd: () => stream.end(),
          handleDrain: () => {},
          handleClose: () => {},
        });
        shout(remaining);
      }),
    );
}

/** A server of them, whose log is of no interest. */
export const exchangeServer = (options: ServerOptions = {}): Server =>
  new Server({ onError: () => {}, ...options }).mount('/', exchangeApplication()) as Server;
