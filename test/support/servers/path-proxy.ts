import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a proxy does with the path under which it serves the server: nginx, Caddy and Traefik can do both. */
export type PathHandling = 'strips its path' | 'keeps its path';

/** A reverse proxy that serves one server below a path of its own host. Its other paths get a 404. */
export class PathProxy implements AsyncDisposable {
  readonly url: string;
  /** The port to which requests are passed on. A server that needs the proxy's address starts after it. */
  upstreamPort = 0;
  readonly #server: Server;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  }

  static async start(path: string, handling: PathHandling): Promise<PathProxy> {
    const server = createServer((req, res) => {
      const target = req.url ?? '';
      if (!new RegExp(`^${path}(?:[/?]|$)`).test(target)) return res.writeHead(404).end();
      const passedOn =
        handling === 'strips its path' ? target.slice(path.length).replace(/^(?!\/)/, '/') : target;
      const { method, headers } = req;
      const upstream = request({ port: proxy.upstreamPort, method, headers, path: passedOn }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      upstream.on('error', () => res.destroy());
      res.on('close', () => upstream.destroy());
      req.pipe(upstream);
      return undefined;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new PathProxy(server, path);
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
