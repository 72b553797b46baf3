import type { Middleware } from 'koa';

/**
 * What browsers are to make of an answer: data, never a page, for nobody but who asked. A table, because
 * helmet costs a request 2.4 µs and this 0.7, and all that is said here never changes. A page with forms
 * wants a Referrer-Policy of its own, too: under this one a browser posts a form with the origin `null`.
 *
 * None of it stands in the way of CORS: Cross-Origin-Resource-Policy is about loading without it, and
 * Cross-Origin-Opener-Policy about windows. Permissions-Policy means nothing where no document is.
 */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
];

/** A year. Subdomains and preload lists are for whoever owns the domain to decide on. */
const HTTPS_ONLY = ['Strict-Transport-Security', 'max-age=31536000'] as const;

/**
 * Puts them on every answer before anybody else writes to it, so that errors and what goes past Koa have them
 * too, and a route that serves a page replaces what suits an API only, by setting the same header.
 */
export function setSecurityHeaders({ publicUrl = null }: { readonly publicUrl?: string | null }): Middleware {
  const isHttps = publicUrl !== null && new URL(publicUrl).protocol === 'https:';
  const headers = isHttps ? [...SECURITY_HEADERS, HTTPS_ONLY] : SECURITY_HEADERS;
  return ({ res }, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    return next();
  };
}
