import type { Context } from 'koa';
import { publicBaseUrl } from '../http/public-url.ts';

/** The query fields in which the request for the next page differs. */
export type NextPage = { readonly [field: string]: string };

/** Returns a Link header (RFC 8288) for the next page: the same request with these fields. */
export function nextPageLink(ctx: Context, publicUrl: string | null, nextPage: NextPage): string {
  const query = new URLSearchParams(ctx.querystring);
  for (const [field, value] of Object.entries(nextPage)) query.set(field, value);
  return `<${publicBaseUrl(ctx, publicUrl)}${ctx.path}?${query}>; rel="next"`;
}
