import type { Context } from 'koa';
import type { Scope } from '../../../ports/tokens/token-verifier.ts';
import type { Problem } from './problem.ts';
import { PROTECTED_RESOURCE_PATH, publicBaseUrl } from './public-url.ts';

/**
 * What a refusal says of the token that would do (RFC 6750), with the pointer of RFC 9728 to who gives out
 * tokens; null where the token is not what is wrong. Every 401 says the same: why a token is not good is
 * nobody's business. A token that is good for other things may know which scopes it lacks.
 */
export function bearerChallengeFor(
  { status, code }: Problem,
  ctx: Context,
  publicUrl: string | null,
  scopes: readonly Scope[],
): string | null {
  const lacks = code === 'insufficient_scope';
  if (status !== 401 && !lacks) return null;
  const parts = [
    'realm="agent-dashboard"',
    ...(lacks ? [`error="${code}"`, `scope="${scopes.join(' ')}"`] : []),
    `resource_metadata="${publicBaseUrl(ctx, publicUrl)}${PROTECTED_RESOURCE_PATH}"`,
  ];
  return `Bearer ${parts.join(', ')}`;
}
