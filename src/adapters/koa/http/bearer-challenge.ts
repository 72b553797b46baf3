import type { Context } from 'koa';
import type { Scope } from '../../../ports/tokens/token-verifier.ts';
import type { Problem } from './problem.ts';
import { PROTECTED_RESOURCE_PATH, publicBaseUrl } from './public-url.ts';

/**
 * Returns the WWW-Authenticate header (RFC 6750) for a request that was refused because of its token, or null
 * if it was refused for another reason. The header has the address of the metadata that names the token
 * issuers (RFC 9728). Every 401 has the same header, so that it does not show why a token is invalid. If a
 * valid token lacks the needed scope, the header lists the accepted scopes.
 */
export function bearerChallengeFor(
  { status, code }: Problem,
  ctx: Context,
  publicUrl: string | null,
  scopes: readonly Scope[],
): string | null {
  const lacksScope = code === 'insufficient_scope';
  if (status !== 401 && !lacksScope) return null;
  const parts = [
    'realm="agent-dashboard"',
    ...(lacksScope ? [`error="${code}"`, `scope="${scopes.join(' ')}"`] : []),
    `resource_metadata="${publicBaseUrl(ctx, publicUrl)}${PROTECTED_RESOURCE_PATH}${resourceAt(ctx.path)}"`,
  ];
  return `Bearer ${parts.join(', ')}`;
}

/** Programs that only call MCP find there that they need no more than the scope of agents. */
const resourceAt = (path: string): string => (path === '/mcp' || path === '/mcp/' ? '/mcp' : '');
