import { Response } from '@netlayers/http';
import {
  type BasicAuthOptions,
  basicAuth,
  credentialsOf,
  isSameSecret,
  userOf,
} from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const basic = (text: string | Uint8Array): string =>
  `Basic ${Buffer.from(text).toString('base64')}`;

const start = (options: BasicAuthOptions) =>
  serve((server) =>
    server.use(basicAuth(options)).route('GET', '/', (request) => Response.text(userOf(request))),
  );

describe('credentials', () => {
  const rows: [field: string | null, credentials: [string, string] | null][] = [
    ['Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', ['Aladdin', 'open sesame']],
    ['Basic dGVzdDoxMjPCow==', ['test', '123£']],
    ['bASIC   QWxhZGRpbjpvcGVuIHNlc2FtZQ', ['Aladdin', 'open sesame']],
    [basic('a:b:c'), ['a', 'b:c']],
    [basic(':'), ['', '']],
    [basic('a'), null],
    [basic('a:b\n'), null],
    [basic(Uint8Array.of(0x61, 0x3a, 0xff)), null],
    ['Basic', null],
    ['Basic %', null],
    ['Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==', null],
    [null, null],
  ];
  it.each(rows)('%j are %j [RFC 7617 2]', (field, credentials) => {
    expect(credentialsOf(field)).toEqual(credentials);
  });
});

describe('a restricted place', () => {
  it('asks for a name and a password [RFC 9110 11.6.1] [RFC 7617 2.1]', async () => {
    const site = await start({ realm: 'the "cellar"', users: { ann: 'secret' } });
    const { status, headers } = await site.ask('GET', '/');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="the \\"cellar\\"", charset="UTF-8"');
  });

  it('lets in who knows both', async () => {
    const site = await start({ users: { ann: 'secret', zoë: 'paß' } });
    const ask = async (text: string) => {
      const { status, text: body } = await site.ask('GET', '/', {
        fields: { Authorization: basic(text) },
      });
      return status === 200 ? body : status;
    };
    expect(await ask('ann:secret')).toBe('ann');
    expect(await ask('zoë:paß')).toBe('zoë');
    for (const wrong of ['ann:', 'ann:secre', 'ann:secretx', 'bob:secret', 'toString:x', ':']) {
      expect(await ask(wrong), wrong).toBe(401);
    }
    expect(await ask('nobody:nobody has this password')).toBe(401);
  });

  it('may ask somebody else, now or later', async () => {
    const check = async (name: string, password: string) => name === password;
    const site = await start({ check });
    const ask = async (text: string) =>
      (await site.ask('GET', '/', { fields: { Authorization: basic(text) } })).status;
    expect([await ask('x:x'), await ask('x:y')]).toEqual([200, 401]);
  });

  it('needs a way to check, and a realm that can be sent', () => {
    expect(() => basicAuth({})).toThrow(TypeError);
    expect(() => basicAuth({ users: {}, realm: 'é' })).toThrow(TypeError);
  });
});

it('secrets are compared whole', () => {
  const rows: [string, string, boolean][] = [
    ['', '', true],
    ['a', 'a', true],
    ['é', 'é', true],
    ['', 'a', false],
    ['a', '', false],
    ['aa', 'a', false],
    ['a', 'aa', false],
    ['abab', 'ab', false],
    ['ab', 'ac', false],
    ['\0', '', false],
  ];
  for (const [given, secret, same] of rows) expect(isSameSecret(given, secret)).toBe(same);
});
