/** A web server for a built page that a test can put under any path, exchange and stop. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { securityHeaders } from "../../src/app/security-policy.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

/** What is not packed already. */
const PACKED = new Set([".png"]);

export class StaticServer {
  /** Where the page is served, with a slash at its end. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[] = [];
  folder: string;
  readonly #server: Server;

  private constructor(server: Server, folder: string, url: string) {
    this.#server = server;
    this.folder = folder;
    this.url = url;
  }

  /** Serves `folder` under `path` ("/" or "/some/path/"), packed for who takes gzip; nothing outside of it. */
  static async start(folder: string, path: string): Promise<StaticServer> {
    const server = createServer((request, response) => {
      const asked = new URL(request.url ?? "/", "http://localhost").pathname;
      self.requests.push(asked);
      const inside = asked.startsWith(path) ? asked.slice(path.length) : "..";
      const page = inside === "" || inside.endsWith("/") ? "index.html" : "";
      const file = normalize(join(self.folder, inside + page));
      const found = file.startsWith(normalize(self.folder)) ? readFile(file) : Promise.reject(new Error(""));
      found.then(
        (body) => {
          const form = extname(file);
          const packs = /\bgzip\b/.test(String(request.headers["accept-encoding"])) && !PACKED.has(form);
          response.writeHead(200, {
            ...securityHeaders(),
            "Cache-Control": "no-cache",
            "Content-Type": TYPES[form] ?? "application/octet-stream",
            ...(packs ? { "Content-Encoding": "gzip" } : {}),
          });
          response.end(packs ? gzipSync(body) : body);
        },
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot serve: no port");
    const self = new StaticServer(server, folder, `http://127.0.0.1:${address.port}${path}`);
    return self;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
