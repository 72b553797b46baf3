import type { Environment } from '../config/config.ts';
import { UsageError } from '../errors.ts';

/** The option and the variable that a client of a running server takes its address and its key from. */
interface Given {
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
}

/** Where the server is, as far as anybody has said; null: nobody has. @throws UsageError */
export function givenUrl(env: Environment, { baseUrl }: Given): string | null {
  const { name, text } = either('--base-url', baseUrl, 'AGENT_DASHBOARD_URL', env);
  if (text === null) return null;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`${name} must be an http or https URL, not ${JSON.stringify(text)}`);
}

/** The key, as far as anybody has given one; null: nobody has. @throws UsageError */
export function givenKey(env: Environment, { apiKey }: Given): string | null {
  const { name, text } = either('--api-key', apiKey, 'AGENT_DASHBOARD_API_KEY', env);
  // Not shown where it is wrong: most of it may be a key.
  if (text === null || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new UsageError(`${name} must be a token, without spaces`);
}

/** An option may not be empty; a variable that is counts as not set. */
function either(option: string, given: string | null | undefined, variable: string, env: Environment) {
  if (given != null) return { name: option, text: given };
  return { name: variable, text: env[variable]?.trim() || null };
}
