import type { Context } from 'koa';

/** A Host header may contain anything. Only a host of this form is used in links and headers. */
const PLAIN_HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Returns the address at which clients reach the server, without a slash at the end. This is `publicUrl` or,
 * if that is null, the address that this request used. The result is empty if the Host header is not a plain
 * host.
 */
export function publicBaseUrl(ctx: Context, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const { host } = ctx;
  return PLAIN_HOST.test(host) ? `${ctx.protocol}://${host}` : '';
}

/** Returns the path of PUBLIC_URL, such as `/agents`. Empty: the server has the whole host for itself. */
export const basePathOf = (publicUrl: string | null): string =>
  publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');

/** The path of the metadata that names the token issuers (RFC 9728). */
export const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource';

/** The path below which the authorization server is, if this server has one. It is part of its issuer. */
export const AUTHORIZATION_SERVER_PATH = '/oauth';
