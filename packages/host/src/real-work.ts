/**
 * What the host still does by itself, as far as it tells, and a pause in its own time: for whoever
 * runs virtual time beside it and must not run ahead of a file that is being read.
 *
 * Only Node tells, and nobody tells of everything: work of threads, of WebAssembly and of whoever
 * answers messages is not seen. The host's functions are taken when this module is loaded, as those of
 * `scheduler.ts` are.
 */

/** What of Node is used; other hosts have it in part or not at all. */
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  getActiveResourcesInfo?(): string[];
  getBuiltinModule?(name: 'node:async_hooks'): AsyncHooks;
}

interface AsyncHooks {
  createHook(hooks: {
    init(id: number, type: string): void;
    after(id: number): void;
    trackPromises: boolean;
  }): { enable(): void };
}

declare const setTimeout: (callback: () => void, delayMs: number) => unknown;

const later = setTimeout;
const { process } = globalThis as { process?: NodeProcess };
const activeResources = process?.getActiveResourcesInfo?.bind(process) ?? null;

/** Files, and names that the system's resolver looks up: they end by themselves. */
const REQUEST = /^(?:FSReq|CloseReq$|GetAddrInfoReq|GetNameInfoReq)/;

/** From this version on Node reads a whole file in one job, which it does not list. */
const READS_IN_JOBS = 26;
/** What hooks call such a job. */
const JOB = 'FSREQCALLBACK';

let jobs: Set<number> | null = null;

/** From now on files are seen as well that are read in a way that the host does not list. */
export function watchUnlistedRequests(): void {
  if (jobs !== null || Number.parseInt(process?.versions?.node ?? '', 10) < READS_IN_JOBS) return;
  const running = new Set<number>();
  jobs = running;
  process
    ?.getBuiltinModule?.('node:async_hooks')
    .createHook({
      init: (id, type) => {
        if (type === JOB) running.add(id);
      },
      after: (id) => {
        if (running.size > 0) running.delete(id);
      },
      trackPromises: false,
    })
    .enable();
}

/** Whether a file is being read, written or asked about, or a module loaded from one. */
export function hasPendingRequest(): boolean {
  if (jobs !== null && jobs.size > 0) return true;
  return activeResources?.().some((resource) => REQUEST.test(resource)) ?? false;
}

/** Whether a child process runs that the host would wait for. */
export function hasChildProcess(): boolean {
  return activeResources?.().includes('ProcessWrap') ?? false;
}

/** Calls back after some milliseconds of the host's own time. */
export const hostPause = (callback: () => void, ms: number): void => void later(callback, ms);
