import { Response } from '@netlayers/http';
import {
  MemorySessionStore,
  type SessionOptions,
  sessionOf,
  sessions,
} from '@netlayers/middleware';
import type { ServerOptions } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { type Answered, type Site, serve } from '../support/serve.js';

const MINUTE = 60_000;

/** A browser, as far as cookies go. */
class Visitor {
  readonly #site: Site;
  cookie: string | null = null;
  /** The field that set it last. */
  setCookie: string | null = null;

  constructor(site: Site) {
    this.#site = site;
  }

  async get(path: string): Promise<Answered> {
    const fields: Record<string, string> = this.cookie === null ? {} : { Cookie: this.cookie };
    const answered = await this.#site.ask('GET', path, { fields });
    this.setCookie = answered.headers.get('set-cookie');
    if (this.setCookie !== null) this.cookie = this.setCookie.split(';', 1)[0]!;
    return answered;
  }
}

async function start(options: SessionOptions = {}, server: ServerOptions = {}) {
  let stored: MemorySessionStore | null = null;
  const site = await serve((app) => {
    app
      .use((request, next) => {
        stored ??= new MemorySessionStore({ clock: request.clock });
        return next();
      })
      .use(
        sessions({
          store: {
            read: (id) => stored!.read(id),
            write: (id, text, ttlMs) => stored!.write(id, text, ttlMs),
            remove: (id) => stored!.remove(id),
          },
          ...options,
        }),
      )
      .route('GET', '/look', (request) => Response.json(sessionOf(request).get('user') ?? null))
      .route('GET', '/login/:user', (request) => {
        const session = sessionOf(request);
        session.regenerate();
        session.set('user', request.params.user);
        return Response.text(session.id);
      })
      .route('GET', '/touch', (request) => {
        sessionOf(request).set('touched', true);
        return new Response(204);
      })
      .route('GET', '/rotate', (request) => {
        sessionOf(request).regenerate();
        return new Response(204);
      })
      .route('GET', '/logout', (request) => {
        sessionOf(request).destroy();
        return new Response(204);
      })
      .route('GET', '/switch', (request) => {
        sessionOf(request).destroy();
        sessionOf(request).set('user', 'other');
        return new Response(204);
      });
  }, server);
  return { site, visitor: new Visitor(site), size: () => stored!.size };
}

describe('a session', () => {
  it('is nothing until something is set', async () => {
    const { visitor, size } = await start();
    expect((await visitor.get('/look')).text).toBe('null');
    expect([visitor.cookie, size()]).toEqual([null, 0]);
  });

  it('is known again by its cookie', async () => {
    const { visitor, site } = await start();
    await visitor.get('/login/ann');
    expect(visitor.setCookie).toMatch(
      /^sid=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await visitor.get('/look')).text).toBe('"ann"');
    expect((await new Visitor(site).get('/look')).text).toBe('null');
  });

  it('has a cookie for TLS where the request came over TLS [RFC 6265 4.1.2.5]', async () => {
    const { visitor } = await start({}, { trustedGateway: () => true });
    await visitor.get('/login/ann');
    expect(visitor.setCookie).toContain('; Secure');
  });

  it('never takes an id from the client', async () => {
    const { visitor } = await start();
    visitor.cookie = `sid=${'x'.repeat(43)}`;
    await visitor.get('/touch');
    expect(visitor.cookie).not.toBe(`sid=${'x'.repeat(43)}`);
  });

  it('changes its id on a login, and the old one is worth nothing', async () => {
    const { visitor, site } = await start();
    await visitor.get('/touch');
    const before = visitor.cookie;
    await visitor.get('/login/ann');
    expect(visitor.cookie).not.toBe(before);
    const thief = new Visitor(site);
    thief.cookie = before;
    expect((await thief.get('/look')).text).toBe('null');
  });

  it('keeps its data under a new id, and is nothing under a new id without data', async () => {
    const { visitor, size } = await start();
    await visitor.get('/rotate');
    expect([visitor.cookie, size()]).toEqual([null, 0]);
    await visitor.get('/login/ann');
    const before = visitor.cookie;
    await visitor.get('/rotate');
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.get('/look')).text).toBe('"ann"');
    expect(size()).toBe(1);
  });

  it('ends with destroy, here and at the client', async () => {
    const { visitor, site, size } = await start();
    await visitor.get('/login/ann');
    const before = visitor.cookie;
    await visitor.get('/logout');
    expect(visitor.setCookie).toMatch(/^sid=; Max-Age=0; /);
    expect(size()).toBe(0);
    const again = new Visitor(site);
    again.cookie = before;
    expect((await again.get('/look')).text).toBe('null');
  });

  it('begins anew with what is set behind destroy', async () => {
    const { visitor, size } = await start({ absoluteMs: 10 * MINUTE });
    await visitor.get('/login/ann');
    const before = visitor.cookie;
    await visitor.get('/switch');
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.get('/look')).text).toBe('"other"');
    expect(size()).toBe(1);
  });
});

describe('the time of a session', () => {
  it('rolls on with each request', async () => {
    const { visitor, site } = await start({ idleMs: 20 * MINUTE });
    await visitor.get('/login/ann');
    for (let visit = 0; visit < 5; visit++) {
      await site.advance(15 * MINUTE);
      expect((await visitor.get('/look')).text).toBe('"ann"');
    }
    await site.advance(20 * MINUTE);
    expect((await visitor.get('/look')).text).toBe('null');
  });

  it('is written for itself only once in a twentieth of it', async () => {
    const { visitor, site } = await start({ idleMs: 20 * MINUTE });
    await visitor.get('/login/ann');
    await site.advance(MINUTE - 1000);
    await visitor.get('/look');
    expect(visitor.setCookie).toBeNull();
    await site.advance(1000);
    await visitor.get('/look');
    expect(visitor.setCookie).toContain('Max-Age=1200');
  });

  it('does not roll where it shall not, whatever is written', async () => {
    const { visitor, site } = await start({ idleMs: 20 * MINUTE, rolling: false });
    await visitor.get('/login/ann');
    await site.advance(15 * MINUTE);
    await visitor.get('/touch');
    expect(visitor.setCookie).toContain('Max-Age=300');
    await site.advance(4 * MINUTE);
    await visitor.get('/touch');
    expect(visitor.setCookie).toContain('Max-Age=60');
    await site.advance(MINUTE);
    expect((await visitor.get('/look')).text).toBe('null');
  });

  it('has an end, however busy it is', async () => {
    const { visitor, site, size } = await start({ idleMs: 20 * MINUTE, absoluteMs: 30 * MINUTE });
    await visitor.get('/login/ann');
    await site.advance(15 * MINUTE);
    expect((await visitor.get('/look')).text).toBe('"ann"');
    expect(visitor.setCookie).toContain('Max-Age=900');
    await site.advance(15 * MINUTE);
    expect((await visitor.get('/look')).text).toBe('null');
    expect(size()).toBeLessThanOrEqual(1);
  });
});

it('a session has its end in a store that forgets nothing, too', async () => {
  const kept = new Map<string, string>();
  const store = {
    read: async (id: string) => kept.get(id) ?? null,
    write: async (id: string, text: string) => void kept.set(id, text),
    remove: async (id: string) => void kept.delete(id),
  };
  const { visitor, site } = await start({ store, absoluteMs: 30 * MINUTE });
  await visitor.get('/login/ann');
  await site.advance(30 * MINUTE);
  expect((await visitor.get('/look')).text).toBe('null');
  expect(visitor.setCookie).toMatch(/^sid=; Max-Age=0; /);
  expect(kept.size).toBe(0);
});

it('nothing is looked for that is no id', async () => {
  const asked: string[] = [];
  const read = async (id: string): Promise<null> => {
    asked.push(id);
    return null;
  };
  const { visitor } = await start({
    store: { read, write: async () => {}, remove: async () => {} },
  });
  for (const id of ['', 'x', '../x', 'x'.repeat(44), `${'x'.repeat(42)}:`]) {
    visitor.cookie = `sid=${id}`;
    await visitor.get('/look');
  }
  expect(asked).toEqual([]);
});

describe('a signed id', () => {
  const [OLD, NEW] = ['an old key of the site', 'a new key of the site'];

  it('is not looked for without its signature', async () => {
    const asked: string[] = [];
    const { visitor } = await start({
      keys: [NEW],
      store: {
        read: async (id) => {
          asked.push(id);
          return null;
        },
        write: async () => {},
        remove: async () => {},
      },
    });
    visitor.cookie = `sid=${'x'.repeat(43)}.${'y'.repeat(43)}`;
    await visitor.get('/look');
    expect(asked).toEqual([]);
    await visitor.get('/touch');
    await visitor.get('/look');
    expect(asked.length).toBe(1);
  });

  it('is signed again when its key is no longer the first', async () => {
    const kept = new Map<string, string>();
    const store = {
      read: async (id: string) => kept.get(id) ?? null,
      write: async (id: string, text: string) => void kept.set(id, text),
      remove: async (id: string) => void kept.delete(id),
    };
    const before = await start({ keys: [OLD], store });
    await before.visitor.get('/login/ann');
    const after = await start({ keys: [NEW, OLD], store });
    after.visitor.cookie = before.visitor.cookie;
    expect((await after.visitor.get('/look')).text).toBe('"ann"');
    expect(after.visitor.cookie).not.toBe(before.visitor.cookie);
    const later = await start({ keys: [NEW], store });
    later.visitor.cookie = after.visitor.cookie;
    expect((await later.visitor.get('/look')).text).toBe('"ann"');
  });
});

it('a handler without the middleware is told so', async () => {
  const site = await serve((server) =>
    server.route('GET', '/', (request) => Response.text(sessionOf(request).id)),
  );
  expect((await site.ask('GET', '/')).status).toBe(500);
  expect(String(site.errors[0])).toBe(
    'TypeError: request.state.session is missing: use(sessions()) around it',
  );
});

it('refuses lives of no length', () => {
  expect(() => sessions({ idleMs: 0 })).toThrow(RangeError);
});
