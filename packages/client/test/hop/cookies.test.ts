import { Client, type CookieStore } from '@netlayers/client';
import { CookieJar } from 'tough-cookie';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, type RawConnection, rawServer } from '../support/raw-server.js';

const setting = (...lines: string[]): string =>
  ok('', lines.map((line) => `Set-Cookie: ${line}\r\n`).join(''));

const cookiesOf = (connections: readonly RawConnection[]): (string | undefined)[] =>
  connections.flatMap(({ heads }) => heads.map((head) => /^Cookie: (.*)$/m.exec(head)?.[1]));

describe('cookies in a store', () => {
  it('that responses set go with later requests of their place [RFC 6265 5.4]', async () => {
    const transport = memory();
    const connections = await rawServer(
      transport,
      answers(
        setting('a=1; Path=/', 'b=2; Path=/deep', 'c=3; Domain=other.test', 'no cookie;;'),
        ok(''),
      ),
    );
    const client = new Client({ transport, cookies: new CookieJar() });
    await (await client.get('http://www.example.com/deep/x')).text();
    await (await client.get('http://www.example.com/deep/y')).text();
    await (await client.get('http://www.example.com/')).text();
    expect(cookiesOf(connections)).toEqual([undefined, 'b=2; a=1', 'a=1']);
  });

  it('do not cross to another host, and are set by redirections too', async () => {
    const transport = memory();
    const login = `HTTP/1.1 303 See\r\nLocation: http://www.example.org/\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n`;
    const first = await rawServer(transport, answers(login, ok('')), { host: 'www.example.com' });
    const second = await rawServer(transport, answers(ok('')));
    const client = new Client({ transport, cookies: new CookieJar() });
    await client.get('http://www.example.com/login');
    await client.get('http://www.example.com/');
    expect(cookiesOf(second)).toEqual([undefined]);
    expect(first[0]?.received).toContain('Cookie: s=1\r\n');
  });

  it('stay behind where the request brings its own', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(setting('a=1'), ok('')));
    const client = new Client({ transport, cookies: new CookieJar() });
    await (await client.get('http://www.example.com/')).text();
    await client.get('http://www.example.com/', { headers: { Cookie: 'mine=1' } });
    expect(cookiesOf(connections)).toEqual([undefined, 'mine=1']);
  });

  it('are looked up without the credentials of the URL, and may be kept anywhere', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(setting('a=1')));
    const seen: string[] = [];
    const cookies: CookieStore = {
      getCookieString: (url) => {
        seen.push(url);
        return 'from=file';
      },
      setCookie: (line, url) => seen.push(`${line} of ${url}`),
    };
    await new Client({ transport, cookies }).get('http://u:p@a.test/x');
    expect(seen).toEqual(['http://a.test/x', 'a=1 of http://a.test/x']);
    expect(cookiesOf(connections)).toEqual(['from=file']);
  });

  it('that cannot be sent are a ClientError', async () => {
    const cookies: CookieStore = { getCookieString: () => 'a\r\nb', setCookie: () => {} };
    const client = new Client({ transport: memory(), cookies });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({
      name: 'ClientError',
      code: 'invalid-header-value',
    });
  });
});
