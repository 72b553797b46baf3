import type { ServerResponse } from 'node:http';
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

/**
 * Serves the page that people use, from files that were built before: they are read once, at the start, with
 * their compressed forms beside them. What is no file of it is left to `next`, and so is `/` for a program,
 * which gets JSON there.
 * @param dir what `npm run build:web` made.
 */
export function page(dir: string): Middleware {
  const serve = sirv(dir, { etag: true, brotli: true, gzip: true, setHeaders });
  return async (ctx, next) => {
    const { req, res } = ctx;
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === '/') {
      ctx.vary('Accept');
      if (ctx.accepts('json', 'html') !== 'html') return next();
    }
    let isFile = true;
    serve(req, res, () => {
      isFile = false;
    });
    if (!isFile) return next();
    ctx.respond = false;
  };
}

function setHeaders(res: ServerResponse, path: string): void {
  res.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
  res.setHeader('Content-Security-Policy', DOCS.test(path) ? DOCS_POLICY : CONTENT_SECURITY_POLICY);
}
