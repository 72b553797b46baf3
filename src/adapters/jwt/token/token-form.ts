import { type JsonObject, parseStrictObject } from './strict-json.ts';

/** In bytes, which are characters too: every other character is refused. */
export const TOKEN_LIMIT = 8192;

/** A token with one reading. Nothing of it is true before its signature is checked. */
export interface SoundToken {
  readonly text: string;
  /** The `alg` and `kid` of its header; null where it names no key. */
  readonly algorithm: unknown;
  readonly keyId: string | null;
  readonly claims: JsonObject;
}

/**
 * Header parameters that bring a key or name the place of one. No key comes from a token here, so that no
 * token makes this server fetch anything; a token that asks for it was not made for this server.
 */
const KEY_SOURCES = ['jku', 'x5u', 'jwk', 'x5c'];

/**
 * Other types are made for other purposes (logout, DPoP proofs, security events), often by the same key:
 * RFC 8725, section 3.11. `at+jwt` is an access token by RFC 9068.
 */
const TYPES = ['jwt', 'at+jwt'];

/**
 * Refuses every token that has a second reading or asks for something we do not do; what is left is for
 * the signature to decide.
 * @throws Error
 */
export function refuseUnsoundForm(text: string): SoundToken {
  const parts = text.split('.');
  if (parts.length !== 3) throw new Error('not three parts');
  const [headerBytes, claimBytes] = parts.map(decode);
  const header = parseStrictObject(headerBytes!);
  refuseUnsoundHeader(header);
  return {
    text,
    algorithm: header.alg,
    keyId: keyIdOf(header),
    claims: parseStrictObject(claimBytes!),
  };
}

/** Decoders drop what they do not know and the last bits: many texts would be one and the same token. */
function decode(part: string): Uint8Array {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('not canonical base64url');
  return bytes;
}

function refuseUnsoundHeader(header: JsonObject): void {
  const source = KEY_SOURCES.find((name) => Object.hasOwn(header, name));
  if (source !== undefined) throw new Error(`the header brings its own key (${source})`);
  // We know no extension, so whatever it demands to be understood is not (RFC 7515, section 4.1.11).
  if (Object.hasOwn(header, 'crit')) throw new Error('unknown crit');
  if (Object.hasOwn(header, 'typ') && !isAcceptedType(header.typ)) throw new Error('unexpected typ');
}

function keyIdOf(header: JsonObject): string | null {
  if (!Object.hasOwn(header, 'kid')) return null;
  if (typeof header.kid !== 'string') throw new Error('"kid" is not a text');
  return header.kid;
}

/** Compared as RFC 7515, section 4.1.9 has it: in any case, with `application/` or without. */
const isAcceptedType = (typ: unknown): boolean =>
  typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, ''));
