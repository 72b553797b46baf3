import type { Environment } from '../config/config.ts';
import { UsageError } from '../errors.ts';

/**
 * The options for a running server's address and token. Environment variables are used when they are missing.
 */
interface Given {
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
}

/** The server's address from the option or the variable; null: neither is set. @throws UsageError */
export function givenUrl(env: Environment, { baseUrl }: Given): string | null {
  const { name, text } = either('--base-url', baseUrl, 'AGENT_DASHBOARD_URL', env);
  if (text === null) return null;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`${name} must be an http or https URL, not ${JSON.stringify(text)}`);
}

/** The token from the option or the variable; null: neither is set. @throws UsageError */
export function givenKey(env: Environment, { apiKey }: Given): string | null {
  const { name, text } = either('--api-key', apiKey, 'AGENT_DASHBOARD_API_KEY', env);
  // A wrong value is not shown, because most of it may be a token.
  if (text === null || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new UsageError(`${name} must be a token, without spaces`);
}

/** An empty option is an error. An empty variable counts as not set. */
function either(option: string, given: string | null | undefined, variable: string, env: Environment) {
  if (given != null) return { name: option, text: given };
  return { name: variable, text: env[variable]?.trim() || null };
}
