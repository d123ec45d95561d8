/**
 * A folder as a page. It is one document without scripts; every name in it is text, whatever it
 * spells, and every link is relative: the page works wherever the folder is mounted.
 */

import { escapeHtml } from '@netlayers/server';
import { LISTING_STYLE } from './listing-style.js';
import type { FolderContents, FolderEntry } from './read-folder.js';

/** The page loads nothing, runs nothing, sends nothing. */
export const LISTING_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Where a folder stands. */
export interface ListingPlace {
  /** The path that the root is mounted at, decoded: `/`, `/assets/`. */
  readonly mount: string;
  /** Names of the folders from the root to this one. */
  readonly segments: readonly string[];
}

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

/** A size for people: `312 B`, `1.2 kB`, `45 MB`; powers of 1000. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = '';
  for (const next of UNITS) {
    // Not 1000: what would be rounded to it belongs to the next unit.
    if (unit !== '' && value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

const FOLDER_ICON =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path fill="currentColor" d="M1 3.5A1.5 1.5 0 0 1 2.5 2h3.2l1.6 2h6.2A1.5 1.5 0 0 1 15 5.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 12.5z"/></svg>';
const FILE_ICON =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" d="M3.6 1.6h5.6l3.2 3.2v9.6H3.6zM9 1.8v3.4h3.2"/></svg>';

function row({ name, type, size, modifiedMs }: FolderEntry): string {
  const slash = type === 'folder' ? '/' : '';
  const iso = new Date(modifiedMs).toISOString();
  const time = iso.slice(0, 16).replace('T', ' ');
  const icon = type === 'folder' ? FOLDER_ICON : FILE_ICON;
  const sizeCell =
    type === 'folder' ? '' : `<span title="${size} bytes">${formatSize(size)}</span>`;
  return `<tr class="${type}"><td class="name">${icon}<a href="./${encodeURIComponent(name)}${slash}"><bdi>${escapeHtml(name)}</bdi>${slash}</a></td><td class="size">${sizeCell}</td><td class="time"><time datetime="${iso}">${time}</time></td></tr>`;
}

/** The way from the root to this folder, each step a link but the last. */
function breadcrumb({ mount, segments }: ListingPlace): string {
  const steps = [mount, ...segments].map((name, i) => {
    const up = segments.length - i;
    const text = `<bdi>${escapeHtml(name)}</bdi>`;
    return up === 0 ? text : `<a href="${'../'.repeat(up)}">${text}</a>`;
  });
  const [root, ...below] = steps;
  return `${root}${below.map((step, i) => `${i === 0 ? ' ' : '<i>/</i>'}${step}`).join('')}`;
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

function summary({ entries, complete }: FolderContents): string {
  const files = entries.filter(({ type }) => type === 'file');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const parts = [
    count(entries.length - files.length, 'folder'),
    `${count(files.length, 'file')} of ${formatSize(bytes)}`,
  ];
  if (!complete) parts.push('and more that are not shown');
  return parts.join(', ');
}

/** Renders the page. */
export function listingPage(place: ListingPlace, contents: FolderContents): string {
  const title = escapeHtml(`${place.mount}${place.segments.map((name) => `${name}/`).join('')}`);
  const up =
    place.segments.length === 0
      ? ''
      : `<tr class="folder"><td class="name">${FOLDER_ICON}<a href="../">../</a></td><td class="size"></td><td class="time"></td></tr>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Index of ${title}</title>
<link rel="icon" href="data:,">
<style>${LISTING_STYLE}</style>
</head>
<body>
<main>
<h1><small>Index of</small> ${breadcrumb(place)}</h1>
<table>
<thead><tr><th scope="col">Name</th><th scope="col" class="size">Size</th><th scope="col" class="time">Modified, UTC</th></tr></thead>
<tbody>
${up}${contents.entries.map(row).join('\n')}
</tbody>
</table>
<footer>${summary(contents)}</footer>
</main>
</body>
</html>
`;
}

/** The same as JSON, for programs. */
export function listingJson({ mount, segments }: ListingPlace, contents: FolderContents): string {
  const path = `${mount}${segments.map((name) => `${name}/`).join('')}`;
  const entries = contents.entries.map(({ name, type, size, modifiedMs }) => ({
    name,
    type,
    ...(type === 'file' ? { size } : {}),
    modified: new Date(modifiedMs).toISOString(),
  }));
  return JSON.stringify({ path, complete: contents.complete, entries });
}
