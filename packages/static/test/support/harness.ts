/**
 * Files in a temporary folder, a server in memory, and requests as they stand on the wire.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Transport } from '@netlayers/http';
import { Server } from '@netlayers/server';
import { type StaticOptions, staticFiles } from '@netlayers/static';
import { MemoryTransport } from '@netlayers/testkit';

export interface RawResponse {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

/** The value of a field of a response; `null` without one. */
export function fieldOf({ head }: RawResponse, name: string): string | null {
  const line = head.split('\r\n').find((text) => text.toLowerCase().startsWith(`${name}: `));
  return line === undefined ? null : line.slice(name.length + 2);
}

/** A folder that is removed when the test ends. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'netlayers-static-'));

  /** Writes a file below the folder and returns its path. */
  write(name: string, content: string | Uint8Array = name): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A server of files. */
export class FileServer {
  readonly errors: unknown[] = [];
  readonly #transport = new MemoryTransport();
  readonly #server = new Server({ onError: (error) => this.errors.push(error) });

  static start(options: StaticOptions, pattern?: string): Promise<FileServer> {
    const handler = staticFiles(options);
    return FileServer.of((app) =>
      pattern === undefined ? app.fallback(handler) : app.any(pattern, handler),
    );
  }

  /** A server with whatever routes. */
  static async of(define: (app: Server) => unknown): Promise<FileServer> {
    const server = new FileServer();
    define(server.#server);
    await server.#server.listen(server.#transport as Transport, { port: 80 });
    return server;
  }

  /** Sends bytes, and reads one response to its end. The connection is left to itself. */
  async send(request: string, handleFirstData?: () => void): Promise<RawResponse> {
    const stream = await this.#transport.connect({ host: 'server', port: 80 });
    const chunks: Buffer[] = [];
    return new Promise((resolve, reject) => {
      stream.setHandler({
        handleData: (buf, start, end) => {
          if (chunks.length === 0) handleFirstData?.();
          chunks.push(Buffer.from(buf.slice(start, end)));
        },
        handleEnd: () => stream.end(),
        handleDrain: () => {},
        handleClose: (error) => {
          if (error !== null) return reject(error);
          const all = Buffer.concat(chunks);
          const end = all.indexOf('\r\n\r\n');
          const head = all.subarray(0, end + 2).toString('latin1');
          resolve({ status: Number(head.split(' ', 2)[1]), head, body: all.subarray(end + 4) });
        },
      });
      stream.write(Buffer.from(request, 'latin1'));
    });
  }

  /** Sends bytes, and resets the connection when the first bytes of an answer arrive. */
  async abort(request: string): Promise<void> {
    const stream = await this.#transport.connect({ host: 'server', port: 80 });
    return new Promise((resolve) => {
      stream.setHandler({
        handleData: () => stream.abort(),
        handleEnd: () => {},
        handleDrain: () => {},
        handleClose: () => resolve(),
      });
      stream.write(Buffer.from(request, 'latin1'));
    });
  }

  /** Ends the server; what is being answered is cut off. */
  close(): Promise<void> {
    return this.#server.close({ deadlineMs: 0 });
  }

  /** Sends a request for a target, which is taken as it is. */
  fetch(target: string, fields: readonly string[] = [], method = 'GET'): Promise<RawResponse> {
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: server', 'Connection: close', ...fields];
    return this.send(`${lines.join('\r\n')}\r\n\r\n`);
  }
}
