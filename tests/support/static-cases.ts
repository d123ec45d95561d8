/**
 * Requests for static files that are put to nginx and to us, and where we answer otherwise on
 * purpose: what each of the two says then, and why.
 */

/** A request, and the two answers where they differ. */
export interface StaticCase {
  readonly target: string;
  readonly method?: string;
  /** `{etag}`, `{date}`: what this server said of the file before. */
  readonly fields?: readonly string[];
  readonly differs?: {
    readonly nginx: string;
    readonly ours: string;
    readonly because: string;
  };
}

const TEN = '/ten.txt';
const EARLIER = 'Wed, 28 Feb 2024 12:34:56 GMT';
const LATER = 'Fri, 01 Mar 2024 12:34:56 GMT';

type Differing = Required<StaticCase>['differs'];

/** Parts of what nginx says, parts of what we say, and the reason. */
const differs = (nginx: string, ours: string, because: string): { differs: Differing } => ({
  differs: { nginx, ours, because },
});
const ask = (...fields: string[]) => ({ target: TEN, fields });
const range = (set: string, target = TEN, ...fields: string[]) => ({
  target,
  fields: [`Range: bytes=${set}`, ...fields],
});
const encoded = (accept: string, ...fields: string[]) => ({
  target: '/app.js',
  fields: [`Accept-Encoding: ${accept}`, ...fields],
});

const ALLOW = 'allow: GET, HEAD, OPTIONS';
const NOT_REPAIRED =
  'a path is refused and not repaired: a file has one URL, which filters in front of us see as we do';
const NO_WAY_OUT = 'what is refused looks like what is not there';
const NOT_TEXT = 'what is no UTF-8 is malformed, and no name that is missing';
const SAY_ALLOW = 'a 405 must say what is allowed (RFC 9110, 15.5.6)';
const INVALID_RANGE =
  'an invalid set is ignored as one (RFC 9110, 14.1.1, 14.2); 416 is for a valid one that misses';
const COALESCED =
  'ranges that overlap become one (RFC 9110, 15.3.7.2); nginx adds up their lengths';

export const STATIC_CASES: readonly StaticCase[] = [
  // Paths.
  { target: '/' },
  { target: '/index.html' },
  { target: TEN },
  { target: '/ten.txt?query' },
  { target: '/empty.txt' },
  { target: '/big.bin' },
  { target: '/a%20b.txt' },
  { target: '/%C3%A4.txt' },
  { target: '/%74en.txt' },
  { target: '/sub/' },
  { target: '/sub' },
  { target: '/sub?q=1' },
  { target: '/link.txt' },
  {
    target: '/outside.txt',
    ...differs('200', '404', 'links that leave the root are not followed'),
  },
  { target: '/bare/', ...differs('403', '404', NO_WAY_OUT) },
  { target: '/bare', ...differs('301', '404', 'behind the slash there is nothing') },
  { target: '/list/' },
  { target: '/none' },
  { target: '/none/' },
  { target: '/ten.txt/' },
  { target: '/TEN.TXT' },
  { target: '/fifo' },
  { target: `/${'x'.repeat(300)}` },
  { target: '/.secret' },
  { target: '/sub/../ten.txt', ...differs('200', '404', NOT_REPAIRED) },
  { target: '/./ten.txt', ...differs('200', '404', NOT_REPAIRED) },
  { target: '//ten.txt', ...differs('200', '404', NOT_REPAIRED) },
  { target: '/sub%2findex.html', ...differs('200', '404', NOT_REPAIRED) },
  { target: '/../ten.txt', ...differs('400', '404', NO_WAY_OUT) },
  { target: '/%2e%2e/ten.txt', ...differs('400', '404', NO_WAY_OUT) },
  { target: '/..%2f..%2fetc/passwd', ...differs('400', '404', NO_WAY_OUT) },
  { target: '/..%5c..%5cten.txt' },
  { target: '//evil.example/..', ...differs('200', '404', NOT_REPAIRED) },
  { target: '/ten.txt%00' },
  { target: '/%ff', ...differs('404', '400', NOT_TEXT) },
  { target: '/%' },
  { target: '/%c0%ae%c0%ae/ten.txt', ...differs('404', '400', NOT_TEXT) },
  // Methods.
  { target: TEN, method: 'HEAD' },
  { target: '/sub', method: 'HEAD' },
  {
    target: TEN,
    method: 'POST',
    fields: ['Content-Length: 0'],
    ...differs('405', `405 | ${ALLOW}`, SAY_ALLOW),
  },
  {
    target: TEN,
    method: 'PUT',
    fields: ['Content-Length: 0'],
    ...differs('405', `405 | ${ALLOW}`, SAY_ALLOW),
  },
  { target: TEN, method: 'DELETE', ...differs('405', `405 | ${ALLOW}`, SAY_ALLOW) },
  {
    target: TEN,
    method: 'OPTIONS',
    ...differs('405', `204 | ${ALLOW}`, 'OPTIONS asks what is allowed (RFC 9110, 9.3.7)'),
  },
  { target: '/none', method: 'DELETE', ...differs('405', `405 | ${ALLOW}`, SAY_ALLOW) },
  // Conditions.
  ask('If-None-Match: {etag}'),
  ask('If-None-Match: W/{etag}'),
  ask('If-None-Match: "x", {etag}'),
  ask('If-None-Match: *'),
  ask('If-None-Match: "x"'),
  ask('If-None-Match: "x"', `If-Modified-Since: ${LATER}`),
  ask('If-Modified-Since: {date}'),
  ask(`If-Modified-Since: ${EARLIER}`),
  {
    ...ask(`If-Modified-Since: ${LATER}`),
    ...differs(
      '200',
      '304',
      'not modified since then is not modified (RFC 9110, 13.1.3); nginx compares for equality',
    ),
  },
  ask('If-Modified-Since: yesterday'),
  ask('If-Match: {etag}'),
  ask('If-Match: W/{etag}'),
  ask('If-Match: "x"'),
  ask('If-Match: *'),
  ask(`If-Unmodified-Since: ${EARLIER}`),
  ask(`If-Unmodified-Since: ${LATER}`),
  {
    ...ask('If-Match: {etag}', `If-Unmodified-Since: ${EARLIER}`),
    ...differs('412', '200', 'with If-Match the date is not looked at (RFC 9110, 13.1.4, 13.2.2)'),
  },
  { target: '/none', fields: ['If-Match: *'] },
  // Ranges.
  range('0-1'),
  range('2-'),
  range('-3'),
  range('0-99'),
  range('-99'),
  range('10-'),
  range('-0'),
  { ...range('5-3'), ...differs('416', '200', INVALID_RANGE) },
  { ...range('a-b'), ...differs('416', '200', INVALID_RANGE) },
  {
    ...range('0-99999999999999999999'),
    ...differs(
      '416',
      '206 | content-range: bytes 0-9/10',
      'numbers may be of any length (RFC 9110, 14.1.2)',
    ),
  },
  ask('Range: lines=0-1'),
  range('0-1,5-7'),
  range('7-8,0-1'),
  range('0-1,100-'),
  { ...range('0-5,3-7'), ...differs('200', '206 | content-range: bytes 0-7/10', COALESCED) },
  { ...range('0-,0-,0-'), ...differs('200', '206 | content-range: bytes 0-9/10', COALESCED) },
  { ...range('0-1,5-3'), ...differs('206', '200', INVALID_RANGE) },
  range('0-1', '/big.bin'),
  range('100000-199999', '/big.bin'),
  range('0-', '/empty.txt'),
  {
    target: TEN,
    method: 'HEAD',
    fields: ['Range: bytes=0-1'],
    ...differs('206', '200', 'Range means something to GET alone (RFC 9110, 14.2)'),
  },
  range('0-1', TEN, 'If-Range: {etag}'),
  range('0-1', TEN, 'If-Range: "x"'),
  range('0-1', TEN, 'If-Range: W/{etag}'),
  range('0-1', TEN, 'If-Range: {date}'),
  range('0-1', TEN, `If-Range: ${LATER}`),
  range('0-1', TEN, 'If-None-Match: {etag}'),
  range('10-', TEN, 'If-None-Match: {etag}'),
  range('0-1', '/none'),
  // Codings.
  encoded('gzip'),
  encoded('gzip, deflate, br, zstd'),
  encoded('gzip;q=0.5'),
  encoded('gzip;q=0'),
  encoded('identity'),
  {
    ...encoded('*'),
    ...differs(
      '200',
      '200 | content-encoding: gzip',
      'the asterisk is any coding (RFC 9110, 12.5.3)',
    ),
  },
  {
    ...encoded('x-gzip'),
    ...differs('200', '200 | content-encoding: gzip', 'x-gzip is gzip (RFC 9110, 8.4.1.3)'),
  },
  {
    ...encoded('gzip;q=0.5, identity'),
    ...differs(
      '200 | content-encoding: gzip',
      '200',
      'identity has the greater weight (RFC 9110, 12.4.2)',
    ),
  },
  encoded('gzip', 'Range: bytes=0-9'),
  {
    ...encoded('gzip', 'Range: bytes=0-9', 'If-Range: {etag}'),
    ...differs(
      '200',
      '206 | content-range: bytes 0-9/70',
      'who names the version can go on with it (RFC 9110, 13.1.5); nginx has no ranges of encoded files',
    ),
  },
  encoded('gzip', 'Range: bytes=0-1,5-9'),
  encoded('gzip', 'If-None-Match: {etag}'),
  {
    target: TEN,
    fields: ['Accept-Encoding: identity;q=0'],
    ...differs('200', '406', 'the only encoding there is was refused (RFC 9110, 12.5.3)'),
  },
  {
    target: '/stale.txt',
    fields: ['Accept-Encoding: gzip'],
    ...differs(
      '200 | content-encoding: gzip',
      '200 | "new"',
      'a copy that is older than its file holds something else',
    ),
  },
  {
    target: '/only.txt',
    fields: ['Accept-Encoding: gzip'],
    ...differs(
      '200 | content-encoding: gzip',
      '404',
      'a copy of nothing: who takes no coding would get 404',
    ),
  },
];
