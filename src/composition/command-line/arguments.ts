import { InvalidArgumentError } from 'commander';
import { type AgentInstanceId, agentInstanceId, isUuid, type UserId, userId } from '../../domain/ids.ts';
import { type ApiKeyId, apiKeyId, MAX_KEY_LIFETIME_SECONDS } from '../../domain/user/api-key.ts';
import { isStartOfId } from '../terminal/find-instance.ts';

// Each function parses one kind of argument. It throws InvalidArgumentError, which says what the argument
// should be.

export function parseName(text: string): string {
  if (text.trim() !== '' && text.length <= 255 && !/\p{Cc}/u.test(text)) return text;
  throw new InvalidArgumentError('It should be a name of 1 to 255 characters.');
}

export const parseUser = (text: string): UserId => userId(parseName(text));

export function parseInstanceId(text: string): AgentInstanceId {
  if (isUuid(text)) return agentInstanceId(text);
  throw new InvalidArgumentError('It should be a UUID.');
}

export function parseKeyId(text: string): ApiKeyId {
  try {
    return apiKeyId(text);
  } catch {
    throw new InvalidArgumentError('It should be an id of 16 characters, as token list prints it.');
  }
}

export function parseStartOfId(text: string): string {
  if (isStartOfId(text)) return text;
  throw new InvalidArgumentError('It should be a UUID, or at least the first 4 characters of one.');
}

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * SECONDS_PER_UNIT[unit as keyof typeof SECONDS_PER_UNIT];
  if (seconds <= MAX_KEY_LIFETIME_SECONDS) return seconds;
  throw new InvalidArgumentError(
    'It should be a number and s, m, h or d, such as 90d, and no more than 100 years.',
  );
}

/** Parses how long a permission may wait: at most one day. */
export function parsePermissionTimeout(text: string): number {
  const seconds = parseDuration(text);
  if (seconds <= SECONDS_PER_UNIT.d) return seconds;
  throw new InvalidArgumentError('It should be no more than a day.');
}

/** Parses the address of a server, and leaves out a slash at the end. */
export function parseServerUrl(text: string): string {
  const url = URL.parse(text);
  const isServer =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (isServer && url.search === '' && url.hash === '') return url.href.replace(/\/+$/, '');
  throw new InvalidArgumentError('It should be an address such as https://agents.example.com.');
}
