import type { Scope } from '../../ports/tokens/token-verifier.ts';

/** The path below the address of the server where the authorization server is. */
export const OAUTH_PATH = '/oauth';

/**
 * The scopes at each resource of a server, by its path (RFC 8707). Agents call MCP, so a program that wants
 * nothing but MCP cannot act as the person.
 */
const SCOPES_BY_PATH: { readonly [path: string]: readonly Scope[] } = {
  '': ['agent', 'dashboard'],
  '/api/v1': ['agent', 'dashboard'],
  '/mcp': ['agent'],
  '/sse': ['agent'],
};

export const ALL_SCOPES: readonly Scope[] = ['agent', 'dashboard'];

/**
 * Returns the scopes that exist at a resource; null if it does not belong to the server at this address.
 * @param baseUrl the address of the server, without a slash at the end.
 */
export function scopesAt(resource: string, baseUrl: string): readonly Scope[] | null {
  const address = resource.replace(/\/$/, '');
  const path = address.slice(baseUrl.length);
  return address.startsWith(baseUrl) && Object.hasOwn(SCOPES_BY_PATH, path) ? SCOPES_BY_PATH[path]! : null;
}

/**
 * Returns what a program gets of what it asks for. Names that this server does not know are left out, as
 * RFC 6749 (section 3.3) allows: some programs ask for the scopes of another service. Who asks for nothing
 * gets the least.
 */
export function grantableScopes(
  requested: string | undefined,
  available: readonly Scope[],
): readonly Scope[] {
  const names = requested?.split(' ') ?? [];
  const scopes = available.filter((scope) => names.includes(scope));
  return scopes.length > 0 ? scopes : ['agent'];
}
