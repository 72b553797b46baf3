import type { UserId } from '../../domain/ids.ts';
import type { Caller, Scope } from '../../ports/token-verifier.ts';
import type { JsonObject } from './strict-json.ts';

/** How far clocks may differ. */
export const CLOCK_SKEW_SECONDS = 30;

/** OpenID Connect Core, section 2. */
const SUBJECT_LIMIT = 255;

/** The last second of the year 9999: later ones are milliseconds by mistake, and no ISO date of ours. */
const LAST_SECOND = 253_402_300_799;

const SCOPES: readonly Scope[] = ['agent', 'dashboard'];

/**
 * What the claims of a token say whose signature, `exp` and `nbf` hold.
 * @throws Error
 */
export function callerOf(claims: JsonObject, now: Date): Caller {
  // jose looks at `iat` only where a token's age is limited. Made in the future means made by a wrong clock.
  if (typeof claims.iat === 'number' && claims.iat > now.getTime() / 1000 + CLOCK_SKEW_SECONDS)
    throw new Error('"iat" is in the future');
  return {
    userId: userIdOf(claims.sub),
    scopes: scopesOf(claims.scope),
    expiresAt: expiryOf(claims.exp),
    email: textOf(claims.email),
    displayName: textOf(claims.name),
  };
}

/**
 * The user a token's subject names.
 * @throws Error for what no token may name as its user.
 */
export function userIdOf(sub: unknown): UserId {
  if (!isText(sub) || sub === '' || sub.length > SUBJECT_LIMIT)
    throw new Error(`the user must be a text of 1 to ${SUBJECT_LIMIT} characters`);
  return sub as UserId;
}

/** By the same skew as at first: what is remembered of a token lives no longer than the token. */
export const isExpired = ({ expiresAt }: Caller, now: Date): boolean =>
  expiresAt !== null && expiresAt.getTime() + CLOCK_SKEW_SECONDS * 1000 <= now.getTime();

/** Names we do not know are for others; a token without the claim is an agent's. */
function scopesOf(scope: unknown): readonly Scope[] {
  if (scope === undefined) return ['agent'];
  if (typeof scope !== 'string') throw new Error('"scope" is not a text');
  const names = scope.split(' ');
  return SCOPES.filter((known) => names.includes(known));
}

function expiryOf(exp: unknown): Date | null {
  if (exp === undefined) return null;
  if (typeof exp !== 'number' || !(exp <= LAST_SECOND)) throw new Error('"exp" is not a time in seconds');
  return new Date(exp * 1000);
}

const textOf = (claim: unknown): string | null => (isText(claim) ? claim : null);

/** PostgreSQL refuses NUL, and a lone surrogate would become U+FFFD: two users would be one. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
