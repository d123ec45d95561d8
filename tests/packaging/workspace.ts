/**
 * The packages of this repository as the tests of their packaging see them: what design allows each
 * to import, and where their sources are.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What a package may use: *pure* ones nothing but the language, *neutral* ones what Node, browsers,
 * Deno and Bun share, *node* ones Node.
 */
export type Kind = 'pure' | 'neutral' | 'node';

export interface Layer {
  readonly kind: Kind;
  /** Packages of ours that it may import; a layer never imports one above it. */
  readonly imports: readonly string[];
  /** Packages of others. */
  readonly foreign?: readonly string[];
  /** Entries that use Node beside a neutral one, with sources in folders of their own. */
  readonly entries?: Readonly<Record<string, Entry>>;
}

/** An entry of a package, `@netlayers/PACKAGE/ENTRY`; all of them are of kind *node*. */
interface Entry {
  /** Packages of ours that it imports beside those of its package. */
  readonly imports: readonly string[];
  /** Packages of others that only it imports. */
  readonly foreign?: readonly string[];
  /** Further entries that its folder has: `register` is `ENTRY/register`. */
  readonly files: readonly string[];
}

/** Every published library: the table of the architecture. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  bytes: { kind: 'pure', imports: [] },
  host: { kind: 'neutral', imports: [] },
  link: { kind: 'pure', imports: ['bytes'] },
  tun: { kind: 'node', imports: ['link', 'bytes'], foreign: ['koffi', 'tuntap2'] },
  ip: { kind: 'pure', imports: ['link', 'bytes'] },
  ipv4: { kind: 'pure', imports: ['ip', 'link', 'bytes'] },
  udp: { kind: 'pure', imports: ['ip', 'bytes'] },
  tcp: { kind: 'pure', imports: ['ip', 'bytes'] },
  stack: { kind: 'neutral', imports: ['tcp', 'udp', 'ipv4', 'ip', 'link', 'host', 'bytes'] },
  sim: {
    kind: 'neutral',
    imports: ['stack', 'tcp', 'udp', 'ipv4', 'ip', 'link', 'host', 'bytes'],
    entries: { node: { imports: ['node', 'http'], files: ['register'] } },
  },
  // Of the host it names the type of a signal, and uses nothing.
  http: { kind: 'pure', imports: ['bytes', 'host'] },
  server: { kind: 'neutral', imports: ['http', 'host', 'bytes'] },
  client: { kind: 'neutral', imports: ['http', 'host', 'bytes'] },
  websocket: {
    kind: 'neutral',
    imports: ['http', 'host', 'bytes'],
    foreign: ['@noble/hashes', 'pako'],
    entries: { node: { imports: [], files: [] }, pako: { imports: [], files: [] } },
  },
  middleware: {
    kind: 'neutral',
    imports: ['server', 'http', 'host', 'bytes'],
    entries: { node: { imports: [], foreign: ['@fastify/busboy'], files: [] } },
  },
  proxy: { kind: 'neutral', imports: ['server', 'client', 'http', 'host', 'bytes'] },
  kernel: { kind: 'node', imports: ['http', 'bytes'] },
  static: { kind: 'node', imports: ['http', 'server', 'host'], foreign: ['mime', 'picomatch'] },
  // Of a stack it names the shape, and of what is below HTTP nothing.
  node: { kind: 'node', imports: ['server', 'client', 'http', 'kernel', 'host', 'bytes'] },
};

/** The part of a package.json that is looked at. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** `link` of `packages/link`. */
  readonly folderName: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function packagesIn(parent: string): WorkspacePackage[] {
  return readdirSync(join(ROOT, parent))
    .map((folderName) => ({ folderName, folder: join(ROOT, parent, folderName) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map((entry) => ({ ...entry, manifest: readManifest(entry.folder) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** The libraries that are published. */
export const libraries = (): WorkspacePackage[] => packagesIn('packages');

/** The commands that are published. */
export const commands = (): WorkspacePackage[] => packagesIn('apps');

/** Every TypeScript file below a folder. */
export function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}
