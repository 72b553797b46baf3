import type { Context } from 'koa';
import { publicBaseUrl } from '../http/public-url.ts';

/** Returns a Link header (RFC 8288) for the next page: the same request with this cursor. */
export function nextPageLink(ctx: Context, publicUrl: string | null, cursor: string): string {
  const query = new URLSearchParams(ctx.querystring);
  query.set('cursor', cursor);
  return `<${publicBaseUrl(ctx, publicUrl)}${ctx.path}?${query}>; rel="next"`;
}
