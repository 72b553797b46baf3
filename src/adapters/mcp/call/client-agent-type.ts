import { cutText } from '../../../domain/text/graphemes.ts';

/** What the server knows about the program that calls it. */
export interface ClientTraits {
  /** The header X-Client-Type. */
  readonly clientType: string | null;
  /** `clientInfo.name` of the MCP protocol. */
  readonly name: string | null;
  readonly userAgent: string | null;
}

/** The longest agent type that the server accepts, in UTF-16 code units. */
const MAX_AGENT_TYPE_LENGTH = 255;

/** User-Agents of HTTP libraries and browsers. They do not name the program that uses them. */
const GENERIC_USER_AGENTS =
  /^(?:mozilla|node|node-fetch|undici|axios|got|bun|deno|python|python-(?:httpx|requests)|httpx|aiohttp|go-http-client|curl|reqwest|okhttp|java)$/i;

/**
 * Returns the agent type of a client: the header X-Client-Type, or else the client's own name, or else its
 * User-Agent. If it has none of them, its agent type is `unknown`.
 */
export function agentTypeOf({ clientType, name, userAgent }: ClientTraits): string {
  // The first word of the User-Agent without its version, such as `curl` of `curl/8.5.0`.
  const product = /^[^\s/();,]+/.exec(userAgent?.trim() ?? '')?.[0] ?? '';
  const candidates = [clientType, name, GENERIC_USER_AGENTS.test(product) ? null : product];
  return candidates.map((text) => toAgentType(text ?? '')).find((text) => text !== '') ?? 'unknown';
}

/**
 * Makes a valid agent type from any text: without characters that a store cannot keep, and not too long. So a
 * client with an unusual name can still send messages. An empty text is not a valid agent type.
 */
export const toAgentType = (text: string): string =>
  cutText(text.replaceAll('\0', '').toWellFormed().trim(), MAX_AGENT_TYPE_LENGTH);
