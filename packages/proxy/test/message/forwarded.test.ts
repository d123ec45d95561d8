import { Headers } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { addForwarded, type ForwardedFields } from '../../src/message/forwarded.js';

/** The fields about a client, for what is known of its connection. */
function fields(
  known: { remoteAddress?: string; authority?: string; secure?: boolean },
  which: ForwardedFields,
  came: Record<string, string> | null = null,
): Record<string, string | string[]> {
  const headers = new Headers(came ?? {});
  const request = { remoteAddress: '192.0.2.1', authority: 'h', secure: false, ...known };
  addForwarded(headers, request as ServerRequest, which, came !== null);
  return headers.toJSON();
}

describe('what is told of a client', () => {
  it.each([
    ['192.0.2.1', 'for=192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', 'for="[2001:db8::1]"', '2001:db8::1'],
    ['unix:/run/a,1.2.3.4', 'for=unknown', 'unknown'],
    ['fe80::1%eth0', 'for=unknown', 'unknown'],
    ['', 'for=unknown', 'unknown'],
  ])('is the address %j, or that it is not known [RFC 7239 6]', (remoteAddress, node, plain) => {
    expect(fields({ remoteAddress }, 'both')).toMatchObject({
      forwarded: `${node};host=h;proto=http`,
      'x-forwarded-for': plain,
    });
  });

  it('is quoted where it is no token [RFC 7239 4]', () => {
    expect(fields({ authority: '[::1]:80', secure: true }, 'forwarded')).toEqual({
      forwarded: 'for=192.0.2.1;host="[::1]:80";proto=https',
    });
    expect(fields({ authority: '' }, 'forwarded')).toEqual({
      forwarded: 'for=192.0.2.1;proto=http',
    });
  });

  it('follows what a trusted peer tells of its own clients [RFC 7239 5.2]', () => {
    const came = {
      Forwarded: 'for=1.1.1.1',
      'X-Forwarded-For': '1.1.1.1',
      'X-Forwarded-Host': 'g',
    };
    expect(fields({}, 'both', came)).toEqual({
      forwarded: 'for=1.1.1.1, for=192.0.2.1;host=h;proto=http',
      'x-forwarded-for': '1.1.1.1, 192.0.2.1',
      'x-forwarded-host': 'g',
      'x-forwarded-proto': 'http',
    });
    expect(fields({}, 'none', came)).toMatchObject({ forwarded: 'for=1.1.1.1' });
  });
});
