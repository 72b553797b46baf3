/** What is known of the program at the other end. */
export interface ClientTraits {
  /** The header X-Client-Type. */
  readonly clientType: string | null;
  /** `clientInfo.name` of the protocol. */
  readonly name: string | null;
  readonly userAgent: string | null;
}

/** As long as an agent type may be. */
const LIMIT = 255;

/** User-Agents of libraries and browsers: they say how a program calls, not which it is. */
const ANYBODY =
  /^(?:mozilla|node|node-fetch|undici|axios|got|bun|deno|python|python-(?:httpx|requests)|httpx|aiohttp|go-http-client|curl|reqwest|okhttp|java)$/i;

/** The kind of agent: the header, else what the client calls itself, else its User-Agent, else `unknown`. */
export function agentTypeOf({ clientType, name, userAgent }: ClientTraits): string {
  const product = /^[^\s/();,]+/.exec(userAgent?.trim() ?? '')?.[0] ?? '';
  const named = [clientType, name, ANYBODY.test(product) ? null : product];
  return named.map(tidy).find((text) => text !== '') ?? 'unknown';
}

/** What no store keeps is taken out: a client's odd name must not cost it its messages. */
const tidy = (text: string | null): string =>
  (text ?? '').replaceAll('\0', '').toWellFormed().trim().slice(0, LIMIT).toWellFormed();
