/** The fields of a description that this server reads. All others are dropped, and so cannot make it fail. */
const FIELDS = [
  'client_id',
  'client_id_issued_at',
  'client_name',
  'client_uri',
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'jwks',
  'jwks_uri',
  'single_token',
];

/**
 * A field of our own: the program wants one token for a long time, instead of fresh ones. It is for programs
 * that run as many short processes, which cannot take turns with a refresh token.
 */
export const SINGLE_TOKEN = 'single_token';

/** Returns whether a program has one token for as long as its grant lives. */
export const hasSingleToken = (client: object | undefined): boolean =>
  (client as { readonly [SINGLE_TOKEN]?: unknown } | undefined)?.[SINGLE_TOKEN] === true;

export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
];

const MAX_REDIRECT_URIS = 20;
const MAX_TEXT_LENGTH = 2_000;

type Metadata = { [name: string]: unknown };

/**
 * Changes the description that a program gives of itself (RFC 7591) to what this server offers, as section
 * 3.2.1 allows: programs ask for much that they then do without. The library checks the result.
 */
export function fitClientMetadata(metadata: Metadata): void {
  for (const name of Object.keys(metadata)) if (!FIELDS.includes(name)) delete metadata[name];
  // A secret would prove nothing: it would be in every copy of the program. PKCE protects the code.
  const { token_endpoint_auth_method: method, jwks, jwks_uri } = metadata;
  const hasKey = method === 'private_key_jwt' && (jwks !== undefined || jwks_uri !== undefined);
  metadata.token_endpoint_auth_method = hasKey ? method : 'none';
  if (!hasKey) {
    delete metadata.jwks;
    delete metadata.jwks_uri;
  }
  metadata.grant_types = grantTypesOf(metadata.grant_types);
  const usesRedirects = (metadata.grant_types as readonly unknown[]).includes('authorization_code');
  metadata.response_types = usesRedirects ? ['code'] : [];
  metadata.application_type = areAllOnTheWeb(metadata.redirect_uris) ? 'web' : 'native';
  // In the address of a browser, a token that lives so long would be at risk.
  if (usesRedirects || metadata[SINGLE_TOKEN] !== true) delete metadata[SINGLE_TOKEN];
  if (typeof metadata.client_name === 'string') metadata.client_name = plainName(metadata.client_name);
  if (metadata.client_name === '') delete metadata.client_name;
}

/** @returns why a description is refused; null if it is not. */
export function problemOfClient({ redirect_uris: uris, client_uri: home }: Metadata): string | null {
  if (Array.isArray(uris) && uris.length > MAX_REDIRECT_URIS)
    return `redirect_uris must contain at most ${MAX_REDIRECT_URIS} addresses`;
  if (Array.isArray(uris) && uris.some(hasUserInfo))
    return 'redirect_uris must not contain a user name or a password';
  const texts = [home, ...(Array.isArray(uris) ? uris : [])];
  return texts.some((text) => typeof text === 'string' && text.length > MAX_TEXT_LENGTH)
    ? `redirect_uris and client_uri must have at most ${MAX_TEXT_LENGTH} characters each`
    : null;
}

/** A name before an @ looks like the host to people, as in `https://app.example@evil.example/`. */
function hasUserInfo(uri: unknown): boolean {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  return url !== null && (url.username !== '' || url.password !== '');
}

/** Programs on a computer often forget that they use refresh tokens. */
function grantTypesOf(asked: unknown): readonly string[] {
  const known = Array.isArray(asked) ? GRANT_TYPES.filter((type) => asked.includes(type)) : [];
  return known.length > 0
    ? [...new Set([...known, 'refresh_token'])]
    : ['authorization_code', 'refresh_token'];
}

/**
 * Whether the program is a website. For all others, the library checks that http leads only to the computer
 * of the person, and lets the port there vary (RFC 8252, section 7.3).
 */
const areAllOnTheWeb = (uris: unknown): boolean =>
  Array.isArray(uris) && uris.length > 0 && uris.every((uri) => String(uri).startsWith('https://'));

/** Leaves out characters that would let a name look like other text of the page. */
const plainName = (name: string): string =>
  name
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 80)
    .trim();
