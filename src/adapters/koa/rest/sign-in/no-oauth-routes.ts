import type { Middleware } from 'koa';
import { errorFormatAt, isAuthorizationMetadataPath } from '../../http/error-format.ts';
import { exchangeOf } from '../../http/exchange.ts';

/**
 * Returns the error. Its code is not one of those after which clients delete what they have stored, and try
 * again.
 * @param command the server's command line as its operator types it; null if there is none.
 */
const oauthError = (command: string | null) => ({
  error: 'access_denied',
  error_description:
    'This server gives no tokens over OAuth. Send a token in the header "Authorization: Bearer <token>". ' +
    `The person who runs the server makes one on the page of API keys${command === null ? '' : `, or with "${command} token issue"`}`,
});

/**
 * Tells MCP clients that this server has no sign-in over OAuth. After a 401, such clients look for the
 * metadata of an authorization server, and then try `/register`, `/authorize` and `/token`. Their users see
 * the description of an OAuth error, and no other text. Requests for metadata get 404, because any other
 * status could mean that metadata exists.
 */
export function noOAuthRoutes(command: string | null): Middleware {
  const error = oauthError(command);
  return (ctx, next) => {
    if (errorFormatAt(ctx.path) !== 'oauth') return next();
    const isMetadata = isAuthorizationMetadataPath(ctx.path);
    exchangeOf(ctx).routePath = isMetadata ? null : ctx.path;
    ctx.status = isMetadata ? 404 : 400;
    ctx.set('Cache-Control', 'no-store');
    ctx.body = error;
  };
}
