import { type JsonObject, parseStrictObject } from './strict-json.ts';

/** In bytes. A valid token has one byte per character. */
export const TOKEN_LIMIT = 8192;

/** A token whose form is correct. Nothing in it can be trusted before its signature is checked. */
export interface ParsedToken {
  readonly text: string;
  /** The `alg` of its header, as it is. */
  readonly algorithm: unknown;
  /** The `kid` of its header; null when it has none. */
  readonly keyId: string | null;
  readonly claims: JsonObject;
}

/**
 * Header parameters that contain a key or an address of one. This server never takes a key from a token, so
 * that no token can make it fetch anything. A token with one of these was not made for this server.
 */
const KEY_SOURCES = ['jku', 'x5u', 'jwk', 'x5c'];

/**
 * Tokens of other types have other purposes (logout, DPoP proofs, security events), and the same key may sign
 * them (RFC 8725, section 3.11). `at+jwt` is an access token (RFC 9068).
 */
const TYPES = ['jwt', 'at+jwt'];

/**
 * Checks everything about a token's form; its signature is checked later.
 * @throws Error when the token can be read in two ways, or needs a feature that this server does not have
 */
export function parseToken(text: string): ParsedToken {
  const parts = text.split('.');
  if (parts.length !== 3) throw new Error('not three parts');
  const [headerBytes, claimBytes] = parts.map(decode);
  const header = parseStrictObject(headerBytes!);
  checkHeader(header);
  return {
    text,
    algorithm: header.alg,
    keyId: keyIdOf(header),
    claims: parseStrictObject(claimBytes!),
  };
}

/** Decoders ignore unknown characters and the last bits, so many texts would decode to the same token. */
function decode(part: string): Uint8Array {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('not canonical base64url');
  return bytes;
}

function checkHeader(header: JsonObject): void {
  const source = KEY_SOURCES.find((name) => Object.hasOwn(header, name));
  if (source !== undefined) throw new Error(`the header brings its own key (${source})`);
  // `crit` lists extensions that must be understood, and we know none (RFC 7515, section 4.1.11).
  if (Object.hasOwn(header, 'crit')) throw new Error('unknown crit');
  if (Object.hasOwn(header, 'typ') && !isAcceptedType(header.typ)) throw new Error('unexpected typ');
}

function keyIdOf(header: JsonObject): string | null {
  if (!Object.hasOwn(header, 'kid')) return null;
  if (typeof header.kid !== 'string') throw new Error('"kid" is not a text');
  return header.kid;
}

/** Ignores case and a leading `application/` (RFC 7515, section 4.1.9). */
const isAcceptedType = (typ: unknown): boolean =>
  typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, ''));
