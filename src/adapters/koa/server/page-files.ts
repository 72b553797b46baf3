import { readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import type { Middleware } from 'koa';
import sirv from 'sirv';

/** Where the API's reference is, which comes with the page. */
export const DOCS_PATH = '/docs';

/** Files of its own and nothing else, nothing inline: a message that got past the page's own care stays inert. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The API's reference shows what this server says of itself, and nothing that agents wrote. Its component styles
 * itself by style elements and attributes, so those are allowed there, and there alone; scripts are not.
 */
const DOCS_POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
const DOCS = new RegExp(`^${DOCS_PATH}(?:/|$)`);

/** Their names hold a hash of what is in them. */
const HASHED = /^\/assets\//;

/** What an answer depends on: `/` is JSON to a program, and the guard's CORS headers are for some origins. */
const VARY = 'Accept, Accept-Encoding, Origin';

/**
 * Serves the page that people use, from files that were built before: they are read once, at the start, with
 * their compressed forms beside them. What is no file of it is left to `next`, and so is `/` for a program,
 * which gets JSON there.
 * @param dir what `npm run build:web` made.
 */
export function servePageFiles(dir: string): Middleware {
  const serve = sirv(dir, { etag: true, brotli: true, gzip: true, setHeaders });
  const files = pathsOf(dir);
  const reference = files.includes(`${DOCS_PATH}/index.html`) ? [DOCS_PATH, `${DOCS_PATH}/`] : [];
  const paths = new Set(['/', ...reference, ...files]);
  return async (ctx, next) => {
    const { req, res } = ctx;
    if (!paths.has(ctx.path) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    if (ctx.path === '/') {
      ctx.vary('Accept');
      if (ctx.accepts('json', 'html') !== 'html') return next();
    }
    // Now for a 304, whose headers a browser takes over: one with another policy would end the page it has.
    setHeaders(res, ctx.path);
    ctx.respond = false;
    serve(req, res);
  };
}

const pathsOf = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `/${relative(dir, join(parentPath, name)).replaceAll(sep, '/')}`);

function setHeaders(res: ServerResponse, path: string): void {
  // And again after sirv, which has put its own over everybody else's.
  res.setHeader('Vary', VARY);
  res.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
  res.setHeader('Content-Security-Policy', DOCS.test(path) ? DOCS_POLICY : CONTENT_SECURITY_POLICY);
}
