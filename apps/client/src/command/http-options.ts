/**
 * Options that say what is asked for: method, fields, content, who asks, and which way it goes. Names
 * and letters are those of curl.
 */

import { flag, number, text, texts } from '@netlayers/common/command-line';

const REQUEST = 'Request:';
const CONTENT = 'Content to send:';
const ROUTE = 'Way:';

/** What the request says. */
export const REQUEST_OPTIONS = {
  request: { alias: 'X', ...text('The method', REQUEST) },
  header: {
    alias: 'H',
    ...texts(
      "A field, 'Name: value' (repeatable); 'Name:' leaves it out, 'Name;' is empty; @FILE",
      REQUEST,
    ),
  },
  head: { alias: 'I', ...flag('Ask for the head only', REQUEST) },
  get: { alias: 'G', ...flag('Put the content of -d into the URL', REQUEST) },
  url: texts('A URL (repeatable); the same as a word', REQUEST),
  'url-query': texts('A parameter for the URL, NAME=VALUE; encoded (repeatable)', REQUEST),
  globoff: { alias: 'g', ...flag('Take {} and [] in URLs as they are', REQUEST) },
  user: { alias: 'u', ...text('Credentials, USER:PASSWORD', REQUEST) },
  basic: { ...flag('Credentials as Basic, which they are anyway', REQUEST), hidden: true },
  digest: flag('Credentials as Digest, when they are asked for', REQUEST),
  anyauth: flag('Credentials as the server asks for them', REQUEST),
  'oauth2-bearer': text('A bearer token', REQUEST),
  netrc: { alias: 'n', ...flag('Credentials from ~/.netrc', REQUEST) },
  'netrc-file': text('Credentials from this file', REQUEST),
  'netrc-optional': { ...flag('The same as --netrc', REQUEST), hidden: true },
  'user-agent': { alias: 'A', ...text('Who asks', REQUEST) },
  referer: { alias: 'e', ...text('Where the link was found', REQUEST) },
  cookie: { alias: 'b', ...text('Cookies: NAME=VALUE; ..., or a file of them', REQUEST) },
  'cookie-jar': { alias: 'c', ...text('Write cookies to this file at the end', REQUEST) },
  'junk-session-cookies': { alias: 'j', ...flag('Leave session cookies of -b out', REQUEST) },
  range: { alias: 'r', ...text('A part, such as 0-99 or -100', REQUEST) },
  'time-cond': {
    alias: 'z',
    ...text('Only what is newer than this date or file; -DATE: older', REQUEST),
  },
  compressed: flag('Ask for compressed content, and decode it', REQUEST),
  'request-target': text('What stands in place of path and query, such as *', REQUEST),
} as const;

/** What is sent with it. */
export const CONTENT_OPTIONS = {
  data: { alias: 'd', ...texts('Content (repeatable, joined by &); @FILE, @- is stdin', CONTENT) },
  'data-ascii': { ...texts('The same as --data', CONTENT), hidden: true },
  'data-raw': texts('The same, where @ means nothing', CONTENT),
  'data-binary': texts('The same, files byte for byte; streamed if alone', CONTENT),
  'data-urlencode': texts('The same, encoded: TEXT, NAME=TEXT, NAME@FILE', CONTENT),
  json: texts('JSON, with the fields that say so', CONTENT),
  form: { alias: 'F', ...texts('A part of a form: NAME=TEXT, NAME=@FILE;type=x/y', CONTENT) },
  'form-string': texts('The same, where @, < and ;type= mean nothing', CONTENT),
  'upload-file': { alias: 'T', ...texts('Put this file (streamed); - is stdin', CONTENT) },
} as const;

/** How it gets there, and how long it may take. */
export const ROUTE_OPTIONS = {
  location: { alias: 'L', ...flag('Follow redirections', ROUTE) },
  'location-trusted': flag('The same, and credentials go along', ROUTE),
  'max-redirs': number('How many of them  [default: 50]', ROUTE),
  proto: text('Schemes that may be asked, such as =https', ROUTE),
  'proto-redir': text('Schemes that redirections may lead to', ROUTE),
  'max-time': { alias: 'm', ...number('Seconds that all of it may take', ROUTE) },
  'connect-timeout': number('Seconds that connecting may take  [default: 10]', ROUTE),
  retry: number('Try again so often, after growing pauses', ROUTE),
  'retry-delay': number('Seconds between tries', ROUTE),
  'retry-max-time': number('Seconds after which nothing is tried again', ROUTE),
  'retry-all-errors': flag('Try again whatever the failure was', ROUTE),
  'retry-connrefused': { ...flag('As it is anyway', ROUTE), hidden: true },
  http2: flag('HTTP/2 where https agrees on it, as it is anyway; http stays HTTP/1.1', ROUTE),
  'http2-prior-knowledge': flag(
    'HTTP/2 without asking, over http too: for servers of which it is known',
    ROUTE,
  ),
  'http1.1': flag('Nothing but HTTP/1.1', ROUTE),
  resolve: texts('HOST:PORT:ADDRESS, in place of asking for the name', ROUTE),
  'connect-to': texts('HOST:PORT:HOST2:PORT2 connects there instead', ROUTE),
  ipv4: { alias: '4', ...flag('Only IPv4', ROUTE) },
  ipv6: { alias: '6', ...flag('Only IPv6', ROUTE) },
  'limit-rate': text('Bytes per second at most, such as 200k', ROUTE),
  proxy: { alias: 'x', ...text('A proxy: http://, socks5:// or socks5h://', ROUTE) },
  'proxy-user': { alias: 'U', ...text('Credentials for it', ROUTE) },
  noproxy: text('Hosts that need none; * is all', ROUTE),
  parallel: { alias: 'Z', ...flag('Several URLs at once', ROUTE) },
  'parallel-max': number('How many of them  [default: 50]', ROUTE),
  'fail-early': flag('Stop at the first URL that fails', ROUTE),
} as const;
