/**
 * What a run is told: the settings of its requests, and one transfer per URL.
 */

import type { TunSettings, Verbosity } from '@netlayers/common';
import type { HttpChoice } from '../http-version.js';

/** A field to send; `null` leaves it out. */
export type Field = readonly [name: string, value: string | null];

/** One `-d` or its kin. */
export interface DataPart {
  /** What it is made of; `-` is stdin. */
  readonly source: { readonly text: string } | { readonly file: string };
  /** Whether line ends are left out of a file. */
  readonly strip: boolean;
  /** What stands in front of it when it is encoded for a URL; `null` leaves it as it is. */
  readonly encodedAs: string | null;
}

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  readonly source: { readonly text: string } | { readonly file: string };
  readonly type: string | null;
  /** The name that the server is told of a file; `null` for none. */
  readonly fileName: string | null;
}

/** Content to send. */
export type ContentSpec =
  | { readonly kind: 'none' }
  | { readonly kind: 'data'; readonly parts: readonly DataPart[]; readonly isJson: boolean }
  | { readonly kind: 'form'; readonly parts: readonly FormPart[] }
  | { readonly kind: 'upload' };

/** One URL, and where its content goes. */
export interface TransferSpec {
  readonly url: string;
  /** `-` is stdout, `null` the name that the URL or the server gives. */
  readonly output: string | null;
  /** The file to put, `-` for stdin. */
  readonly upload: string | null;
}

/** Another place to connect to. */
export interface Detour {
  /** Empty for any. */
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** Empty for the same. */
  readonly toHost: string;
  /** 0 for the same. */
  readonly toPort: number;
}

/** What decides whether something is asked for again. */
export interface RetrySpec {
  readonly limit: number;
  readonly delayMs: number | null;
  readonly maxTimeMs: number | null;
  readonly allErrors: boolean;
}

/** How https trusts, and who asks. Files are PEM. */
export interface TlsSpec {
  /** Whether any certificate will do. */
  readonly insecure: boolean;
  readonly caFile: string | null;
  readonly cert: { readonly path: string; readonly passphrase: string | null } | null;
  /** The key, where it is not in the file of the certificate. */
  readonly key: string | null;
  /** Whether nothing older than TLS 1.3 will do. */
  readonly newest: boolean;
}

/** What happens to content. */
export interface OutputSpec {
  readonly includeHead: boolean;
  /** The file for heads; `-` is stdout, `null` for none. */
  readonly dumpHeader: string | null;
  readonly folder: string | null;
  readonly createFolders: boolean;
  readonly serverNames: boolean;
  readonly serverTime: boolean;
  readonly pretty: 'auto' | 'all' | 'none';
  readonly progress: boolean;
  readonly writeOut: string | null;
}

/** What to do with a status of 400 or more. */
export type OnStatus = 'take' | 'fail' | 'fail-with-body';

/** The settings of one run. */
export interface ClientCommand {
  readonly transfers: readonly TransferSpec[];
  readonly method: string;
  readonly headers: readonly Field[];
  readonly content: ContentSpec;
  /** Whether the content goes into the URL. */
  readonly dataInUrl: boolean;
  readonly query: readonly DataPart[];
  readonly requestTarget: string | null;
  readonly user: string | null;
  /** How it is said who asks; `any` is what the server likes to hear. */
  readonly authentication: 'basic' | 'digest' | 'any';
  readonly http: HttpChoice;
  /** The URL of a proxy for all; `null` leaves it to the environment. */
  readonly proxy: string | null;
  /** Hosts that need no proxy; `null` leaves it to the environment. */
  readonly noProxy: string | null;
  readonly netrcFile: string | null;
  /** Cookies as text, or a file of them. */
  readonly cookies: string | null;
  readonly cookieJar: string | null;
  readonly keepSession: boolean;
  readonly range: string | null;
  readonly timeCondition: string | null;
  readonly followRedirects: boolean;
  readonly trustRedirects: boolean;
  readonly maxRedirects: number;
  /** Schemes that may be asked, with a colon. */
  readonly schemes: ReadonlySet<string>;
  /** Those of them that a redirection may lead to. */
  readonly redirectSchemes: ReadonlySet<string>;
  /** Where to go on: a number of bytes, or where the file ends. */
  readonly resumeAt: number | 'end' | null;
  readonly compressed: boolean;
  readonly onStatus: OnStatus;
  readonly retry: RetrySpec;
  readonly maxTimeMs: number | null;
  readonly connectTimeoutMs: number | null;
  readonly speed: { readonly limit: number; readonly timeMs: number } | null;
  readonly bytesPerSecond: number | null;
  readonly maxBytes: number | null;
  readonly detours: readonly Detour[];
  readonly tls: TlsSpec;
  readonly family: 4 | 6 | null;
  /** How many transfers run at once. */
  readonly lanes: number;
  readonly failEarly: boolean;
  readonly out: OutputSpec;
  readonly silent: boolean;
  readonly showError: boolean;
  readonly transport: 'tun' | 'kernel';
  readonly tun: TunSettings;
  readonly verbosity: Verbosity;
}
