import type { Environment } from '../config/config.ts';
import { UsageError } from '../errors.ts';

/**
 * The options for the address and token of a running server. When one is missing, its environment variable is
 * used.
 */
interface AddressOptions {
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
}

/**
 * Returns the server's address from the option or the variable; null when neither is set.
 * @throws UsageError when it is not an http or https URL.
 */
export function readServerUrl(env: Environment, { baseUrl }: AddressOptions): string | null {
  const { name, text } = optionOrVariable('--base-url', baseUrl, 'AGENT_DASHBOARD_URL', env);
  if (text === null) return null;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`${name} must be an http or https URL, not ${JSON.stringify(text)}`);
}

/**
 * Returns the token from the option or the variable; null when neither is set.
 * @throws UsageError when it has spaces, or other characters that no token has.
 */
export function readToken(env: Environment, { apiKey }: AddressOptions): string | null {
  const { name, text } = optionOrVariable('--api-key', apiKey, 'AGENT_DASHBOARD_API_KEY', env);
  // The error does not show a wrong value, because it may contain a token.
  if (text === null || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new UsageError(`${name} must be a token, without spaces`);
}

/**
 * Returns the name and value of the option or else of the variable. An empty option is an error; an empty
 * variable counts as not set.
 */
function optionOrVariable(
  optionName: string,
  optionValue: string | null | undefined,
  variableName: string,
  env: Environment,
) {
  if (optionValue != null) return { name: optionName, text: optionValue };
  return { name: variableName, text: env[variableName]?.trim() || null };
}
