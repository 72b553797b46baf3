import type { Context } from 'koa';

/** A Host header may hold anything; only a plain one goes into links and headers. */
const PLAIN_HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** How clients reach the server, without a slash at the end: as configured, else as this request did. */
export function publicBaseUrl(ctx: Context, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const { host } = ctx;
  return PLAIN_HOST.test(host) ? `${ctx.protocol}://${host}` : '';
}

export const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource';
