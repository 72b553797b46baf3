import { type AgentInstanceId, agentInstanceId, isUuid, type UserId } from '../../../domain/ids.ts';
import type { Caller, Scope } from '../../../ports/tokens/token-verifier.ts';
import type { JsonObject } from './strict-json.ts';

/** How much the clock of a token's issuer may differ from this server's clock. */
export const CLOCK_SKEW_SECONDS = 30;

/** The maximum length of a `sub`, in characters (OpenID Connect Core, section 2). */
const MAX_SUBJECT_LENGTH = 255;

/** No user id needs one, and a terminal would obey it. The command line accepts none in a user either. */
const CONTROL_CHARACTER = /\p{Cc}/u;

/** The last second of the year 9999. A larger `exp` is probably in milliseconds, and has no ISO date. */
const MAX_EXPIRY_SECONDS = 253_402_300_799;

const SCOPES: readonly Scope[] = ['agent', 'dashboard'];

/**
 * Reads the claims of a token that an own key has signed.
 * @throws Error when the token has expired, is not valid yet, or has a claim with an invalid value.
 */
export function callerFromOwnToken(claims: JsonObject, now: Date): Caller {
  refuseWrongTimes(claims, now);
  return {
    ...commonClaims(claims),
    scopes: scopesOf(claims.scope),
    agentInstanceId: agentInstanceIdOf(claims.agent_instance_id),
  };
}

/**
 * Reads the claims of an identity provider's token. Its `scope` is ignored: providers use it differently.
 * @throws Error when the token has expired, is not valid yet, or has no `exp`.
 */
export function callerFromProviderToken(claims: JsonObject, now: Date): Caller {
  refuseWrongTimes(claims, now);
  if (claims.exp === undefined) throw new Error('"exp" is missing');
  return { ...commonClaims(claims), scopes: ['dashboard'], agentInstanceId: null };
}

/**
 * Returns the token's id; null when it has none.
 * @throws Error when the id is not a text.
 */
export function tokenIdOf({ jti }: JsonObject): string | null {
  if (jti === undefined) return null;
  if (!isText(jti)) throw new Error('"jti" is not a text');
  return jti;
}

/** Returns when the token was issued, in epoch milliseconds; minus infinity when it has no `iat`. */
export const issuedAtOf = ({ iat }: JsonObject): number =>
  iat === undefined ? -Infinity : Number(iat) * 1000;

const commonClaims = ({ sub, exp, email, name }: JsonObject) => ({
  userId: userIdOf(sub),
  expiresAt: expiryOf(exp),
  email: textOf(email),
  displayName: textOf(name),
});

/**
 * Returns the user that a token's subject names.
 * @throws Error when the subject cannot be a user id.
 */
export function userIdOf(sub: unknown): UserId {
  if (!isText(sub) || sub === '' || sub.length > MAX_SUBJECT_LENGTH || CONTROL_CHARACTER.test(sub))
    throw new Error(
      `the user must be a text of 1 to ${MAX_SUBJECT_LENGTH} characters, without control characters`,
    );
  return sub as UserId;
}

/** Returns whether a checked token has expired. Allows the same clock skew as the check of the token. */
export const isExpired = ({ expiresAt = null }: Caller, now: Date): boolean =>
  expiresAt !== null && expiresAt.getTime() + CLOCK_SKEW_SECONDS * 1000 <= now.getTime();

/**
 * Refuses tokens that have expired or are not valid yet. An `iat` in the future is refused too: it means that
 * one of the clocks is wrong.
 */
function refuseWrongTimes(claims: JsonObject, now: Date): void {
  const seconds = now.getTime() / 1000;
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => {
    const time = claims[name];
    if (time !== undefined && typeof time !== 'number') throw new Error(`"${name}" is not a number`);
    return time;
  });
  if (exp !== undefined && exp + CLOCK_SKEW_SECONDS <= seconds) throw new Error('expired');
  if (nbf !== undefined && nbf - CLOCK_SKEW_SECONDS > seconds) throw new Error('"nbf" is in the future');
  if (iat !== undefined && iat - CLOCK_SKEW_SECONDS > seconds) throw new Error('"iat" is in the future');
}

/** Returns the known scopes of the `scope` claim. A token without this claim has the scope `agent`. */
function scopesOf(scope: unknown): readonly Scope[] {
  if (scope === undefined) return ['agent'];
  if (typeof scope !== 'string') throw new Error('"scope" is not a text');
  const names = scope.split(' ');
  return SCOPES.filter((known) => names.includes(known));
}

function expiryOf(exp: unknown): Date | null {
  if (exp === undefined) return null;
  if (!(Number(exp) <= MAX_EXPIRY_SECONDS)) throw new Error('"exp" is not a time in seconds');
  return new Date(Number(exp) * 1000);
}

/**
 * Returns the only instance that the token may use; null if it may use all. Refuses an id that is not
 * canonical: if a wrong id were ignored, the token could act for every instance.
 */
function agentInstanceIdOf(claim: unknown): AgentInstanceId | null {
  if (claim === undefined) return null;
  const id = typeof claim === 'string' && isUuid(claim) ? agentInstanceId(claim) : null;
  if (id === null || id !== claim) throw new Error('"agent_instance_id" is not a canonical UUID');
  return id;
}

const textOf = (claim: unknown): string | null => (isText(claim) ? claim : null);

/**
 * Returns whether a value is a text that can be stored. PostgreSQL refuses NUL. A lone surrogate would be
 * stored as U+FFFD, so that two user ids could become equal.
 */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
