import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import type { Context, Middleware } from 'koa';
import sirv from 'sirv';

/** The path of the API reference, which is built together with the page. */
export const DOCS_PATH = '/docs';

/**
 * The page may load only files of this server, and nothing inline. So even if the page forgets to escape a
 * message, no script in that message can run.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The API reference shows no text that agents wrote. Its component needs inline styles, so they are allowed
 * on that page only. Inline scripts are not.
 */
const DOCS_POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
const DOCS_PATHS = new RegExp(`^${DOCS_PATH}(?:/|$)`);

/** The names of these files contain a hash of their content. */
const HASHED_FILE = /^\/assets\//;

/**
 * The request headers that a response depends on. Accept: at `/`, programs get JSON and browsers the page.
 * Origin: the CORS headers depend on it.
 */
const VARY = 'Accept, Accept-Encoding, Origin';

/**
 * Serves the built dashboard page. The list of its files, with their compressed forms, is read once at the
 * start. All other paths are left to `next`, and so is `/` for a request that prefers JSON.
 * @param dir the folder that `npm run build:web` has written.
 * @param basePath the path of PUBLIC_URL, below which the browser sees the page.
 */
export function servePageFiles(dir: string, basePath = ''): Middleware {
  const serve = sirv(dir, { etag: true, brotli: true, gzip: true, setHeaders });
  const files = listPaths(dir);
  const docsPaths = files.includes(`${DOCS_PATH}/index.html`) ? [DOCS_PATH, `${DOCS_PATH}/`] : [];
  const paths = new Set(['/', ...docsPaths, ...files]);
  const documents = basePath === '' ? null : documentsBelow(basePath, dir, docsPaths);
  return async (ctx, next) => {
    const { req, res } = ctx;
    if (!paths.has(ctx.path) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    if (ctx.path === '/') {
      ctx.vary('Accept');
      if (ctx.accepts('json', 'html') !== 'html') return next();
    }
    // For a 304, sirv does not call `setHeaders`. The browser replaces its stored headers with those of the
    // 304, so without this line it would apply the stricter policy of API responses to the page.
    setHeaders(res, ctx.path);
    const document = documents?.get(ctx.path);
    if (document !== undefined) return sendDocument(ctx, document);
    ctx.respond = false;
    serve(req, res);
  };
}

interface HtmlDocument {
  readonly html: string;
  readonly etag: string;
}

/** The beginning of an address of another file of the page: `src="/`, or `href="./`. */
const OWN_ADDRESS = /(\s(?:href|src|spec-url)=")\.?\/(?!\/)/g;

/**
 * Returns the HTML documents by path, with the addresses that the browser needs below `basePath`. They have
 * to be complete: `/agents` and `/agents/` show the same page, and relative addresses would differ there.
 */
function documentsBelow(basePath: string, dir: string, docsPaths: readonly string[]) {
  const read = (file: string): HtmlDocument => {
    const html = readFileSync(join(dir, file), 'utf8').replace(OWN_ADDRESS, `$1${basePath}/`);
    return { html, etag: `"${hash('sha256', html, 'base64url')}"` };
  };
  const documents = new Map([['/', read('index.html')]]);
  for (const path of docsPaths) documents.set(path, read(`${DOCS_PATH}/index.html`));
  return documents;
}

function sendDocument(ctx: Context, { html, etag }: HtmlDocument): void {
  ctx.status = 200;
  ctx.type = 'html';
  ctx.etag = etag;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = html;
}

const listPaths = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `/${relative(dir, join(parentPath, name)).replaceAll(sep, '/')}`);

function setHeaders(res: ServerResponse, path: string): void {
  // sirv calls this again after it has set its own values for these headers.
  res.setHeader('Vary', VARY);
  res.setHeader('Cache-Control', HASHED_FILE.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
  res.setHeader('Content-Security-Policy', DOCS_PATHS.test(path) ? DOCS_POLICY : CONTENT_SECURITY_POLICY);
}
