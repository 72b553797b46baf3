import { type JsonObject, parseStrictObject } from './strict-json.ts';

/** The maximum length of a token in bytes. A valid token has one byte for each character. */
export const MAX_TOKEN_BYTES = 8192;

/** A token whose form is correct. Nothing in it can be trusted before its signature is checked. */
export interface ParsedToken {
  readonly text: string;
  /** The `alg` of its header, unchecked. */
  readonly algorithm: unknown;
  /** The `kid` of its header; null when it has none. */
  readonly keyId: string | null;
  readonly claims: JsonObject;
  /** Whether its header says that it is an access token over OAuth (RFC 9068). */
  readonly isAccessToken: boolean;
}

/**
 * Header parameters that contain a key or the URL of a key. A token with one of them is refused: this server
 * uses its own keys only, so the token was not made for it.
 */
const KEY_SOURCES = ['jku', 'x5u', 'jwk', 'x5c'];

/**
 * The accepted values of `typ`. The same key may sign tokens for other purposes (logout, DPoP proofs,
 * security events), which have other types (RFC 8725, section 3.11). `at+jwt` is an access token (RFC 9068).
 */
const ACCEPTED_TYPES = ['jwt', 'at+jwt'];

/**
 * Parses a token and checks its form, but not its signature.
 * @throws Error when the form is wrong, when the text could be read in two ways, or when the token needs a
 * feature that this server does not have.
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
    isAccessToken: typeNameOf(header) === 'at+jwt',
  };
}

/**
 * Decodes base64url. Refuses a text that is not canonical: decoders ignore unknown characters and the last
 * bits, so several texts have the same bytes.
 */
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
  if (Object.hasOwn(header, 'typ') && !ACCEPTED_TYPES.includes(typeNameOf(header) ?? ''))
    throw new Error('unexpected typ');
}

function keyIdOf(header: JsonObject): string | null {
  if (!Object.hasOwn(header, 'kid')) return null;
  if (typeof header.kid !== 'string') throw new Error('"kid" is not a text');
  return header.kid;
}

/** Returns the type without case and without a leading `application/` (RFC 7515, section 4.1.9). */
const typeNameOf = ({ typ }: JsonObject): string | null =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : null;
