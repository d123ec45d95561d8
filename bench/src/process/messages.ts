/** Requests that parsers are measured with. */

const BROWSER_FIELDS = [
  'Host: 10.0.0.2:8080',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cache-Control: max-age=0',
  'Connection: keep-alive',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: none',
  'Sec-Fetch-User: ?1',
  'Upgrade-Insecure-Requests: 1',
];

const chunk = (length: number): string => `${length.toString(16)}\r\n${'b'.repeat(length)}\r\n`;

/** By what the table calls them. */
export const MESSAGES: Readonly<Record<string, string>> = {
  'tiny GET': 'GET / HTTP/1.1\r\nHost: 10.0.0.2:8080\r\n\r\n',
  'browser GET, 12 fields': `GET /index.html HTTP/1.1\r\n${BROWSER_FIELDS.join('\r\n')}\r\n\r\n`,
  'chunked POST, 3 chunks':
    'POST /echo HTTP/1.1\r\nHost: 10.0.0.2:8080\r\nContent-Type: application/octet-stream\r\n' +
    `Transfer-Encoding: chunked\r\n\r\n${chunk(400)}${chunk(400)}${chunk(200)}0\r\n\r\n`,
};
