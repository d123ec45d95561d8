/**
 * The page at `/`: what served this request, the layers it came through, and every other route with
 * a command to copy and a button to try. One self-contained document: it needs no further request,
 * so it also shows when only a single connection gets through.
 */

import { escapeHtml } from '@netlayers/server';
import { LANDING_SCRIPT } from './landing-script.js';
import { LANDING_STYLE } from './landing-style.js';

/** What the page says about the request that it answers. */
export interface LandingFacts {
  /** Which TCP carried it. */
  readonly transport: 'tun' | 'kernel';
  /** `http://host:port` as the client called it. */
  readonly origin: string;
  /** Address and port of the server's end. */
  readonly local: string;
  /** Address and port of the client's end. */
  readonly remote: string;
  /** `GET / HTTP/1.1`, say. */
  readonly requestLine: string;
  /** Whether it came through TLS. */
  readonly secure: boolean;
}

interface Layer {
  readonly title: string;
  readonly what: string;
  /** What stands here instead when the kernel's TCP carries the request. */
  readonly kernel?: { readonly title: string; readonly what: string };
}

const KERNEL = "the operating system's";

const PAGE = { title: 'This page', what: 'a route of netlayers-server' };
const HTTP_1 = { title: 'HTTP/1.1', what: '@netlayers/server, @netlayers/http' };
const HTTP_2 = { title: 'HTTP/2', what: '@netlayers/server, with frames of node:http2' };
const TLS = { title: 'TLS', what: 'node:tls' };

/** What is below HTTP and TLS. */
const LAYERS: readonly Layer[] = [
  {
    title: 'TCP',
    what: '@netlayers/stack, @netlayers/tcp',
    kernel: { title: 'TCP', what: KERNEL },
  },
  { title: 'IPv4, ICMP', what: '@netlayers/ipv4', kernel: { title: 'IP', what: KERNEL } },
  {
    title: 'TUN device',
    what: '@netlayers/tun',
    kernel: { title: 'Loopback or network card', what: KERNEL },
  },
];

const READER = { title: 'Your machine', what: 'curl, a browser, a load generator' };

interface Example {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  /** Arguments for curl, in front of the URL. */
  readonly options: string;
  /** What the button does. @default 'fetch' */
  readonly speaks?: 'events' | 'websocket';
  /** What the button sends; none: it fetches. */
  readonly body?: string;
}

const EXAMPLES: readonly Example[] = [
  { method: 'GET', path: '/json', text: 'A greeting as JSON.', options: '' },
  {
    method: 'GET',
    path: '/headers',
    text: 'The fields of your request, as they arrived.',
    options: '',
  },
  { method: 'GET', path: '/methods', text: 'The methods that this server knows.', options: '' },
  {
    method: 'ANY',
    path: '/echo',
    text: 'Your request body, streamed back with its Content-Type.',
    options: "-d 'hello, layers' ",
    body: 'hello, layers',
  },
  {
    method: 'GET',
    path: '/events',
    text: 'An event every second, as a stream; who comes back goes on where it was.',
    options: '-N ',
    speaks: 'events',
  },
  {
    method: 'GET',
    path: '/ws',
    text: 'A WebSocket that sends your messages back.',
    options: '',
    speaks: 'websocket',
    body: 'hello, layers',
  },
];

function layerItem(layer: { title: string; what: string }, kind: 'ours' | 'theirs'): string {
  return `<li class="${kind}"><b>${layer.title}</b><span>${layer.what}</span></li>`;
}

function layerList({ transport, requestLine, secure }: LandingFacts): string {
  const items = LAYERS.map((layer) =>
    transport === 'kernel' && layer.kernel !== undefined
      ? layerItem(layer.kernel, 'theirs')
      : layerItem(layer, 'ours'),
  );
  return [
    layerItem(PAGE, 'ours'),
    layerItem(requestLine.endsWith('HTTP/2.0') ? HTTP_2 : HTTP_1, 'ours'),
    ...(secure ? [layerItem(TLS, 'theirs')] : []),
    ...items,
    layerItem(READER, 'theirs'),
  ].join('');
}

function exampleCard(example: Example, origin: string): string {
  const { method, path, text, options, speaks = 'fetch', body } = example;
  const isSocket = speaks === 'websocket';
  const command = escapeHtml(
    isSocket
      ? `npx wscat -c ${origin.replace(/^http/, 'ws')}${path}`
      : `curl ${options}${origin}${path}`,
  );
  const data = body === undefined ? '' : ` data-body="${escapeHtml(body)}"`;
  return `<article class="route">
<header><span class="method">${method}</span><a class="mono" href="${path}">${path}</a></header>
<p>${escapeHtml(text)}</p>
<div class="line"><pre>${command}</pre><button type="button" data-speaks="${speaks}" data-path="${path}"${data}>Try it</button></div>
<output aria-live="polite"></output>
</article>`;
}

const LEADS = {
  tun: 'Your request crossed a TUN device and was answered by an IPv4, a TCP and an HTTP written in TypeScript. The operating system only passed the packets on.',
  kernel:
    "Your request was answered by an HTTP written in TypeScript, on the operating system's TCP. Started where a TUN device may be opened, the same server answers on a TCP and IPv4 of its own.",
};

/** Renders the page. */
export function landingPage(facts: LandingFacts): string {
  const carrier =
    facts.transport === 'tun' ? 'our own TCP, over TUN' : "the operating system's TCP";
  const rows = [
    ['Carried by', carrier],
    ['You', facts.remote],
    ['This server', facts.local],
    ['Your request', facts.requestLine],
  ];
  const cells = rows.map(
    ([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value!)}</dd></div>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Netlayers</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='%230b8a7c'%3E%3Crect x='1' y='2' width='14' height='3' rx='1'/%3E%3Crect x='1' y='6.5' width='14' height='3' rx='1' opacity='.7'/%3E%3Crect x='1' y='11' width='14' height='3' rx='1' opacity='.4'/%3E%3C/g%3E%3C/svg%3E">
<style>${LANDING_STYLE}</style>
</head>
<body>
<main>
<div class="name">Netlayers</div>
<h1>A network stack, one layer at a time</h1>
<p class="lead">${LEADS[facts.transport]}</p>
<dl class="facts">${cells.join('')}</dl>
<div class="columns">
<section>
<h2>The way of this request</h2>
<ol class="layers">${layerList(facts)}</ol>
<p class="note"><i class="key"></i>ours<i class="key other"></i>the machine's</p>
</section>
<section>
<h2>Routes</h2>
<div class="routes">${EXAMPLES.map((example) => exampleCard(example, facts.origin)).join('')}</div>
</section>
</div>
<footer>Over TUN, <code>-v debug</code> prints every segment of a request, and <code>--pcap FILE</code> keeps them for Wireshark.</footer>
</main>
<script>${LANDING_SCRIPT}</script>
</body>
</html>
`;
}
