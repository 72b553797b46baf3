import * as v from 'valibot';
import { isValidContent } from '../../domain/conversation/message.ts';
import { isUuid } from '../../domain/ids.ts';
import { isApiKeyId } from '../../domain/user/api-key.ts';

const isUuidText = (text: string): boolean => isUuid(text);
const isApiKeyIdText = (text: string): boolean => isApiKeyId(text);

/** The checks that tell of a malformed id, whose error code is `invalid_id`. */
export const isIdCheck = (check: unknown): boolean => check === isUuidText || check === isApiKeyIdText;

/** In any case, with or without hyphens; kept in canonical form. */
export const id = v.pipe(v.string(), v.check(isUuidText, 'must be a UUID'), v.description('UUID'));

export const apiKeyId = v.pipe(
  v.string(),
  v.check(isApiKeyIdText, 'must be 16 characters of A-Z, a-z, 0-9, - and _'),
);

export const content = v.pipe(
  v.string(),
  v.check(isValidContent, 'must be 1 to 1,000,000 characters and not only white space'),
  v.description('1 to 1,000,000 characters, not only white space'),
);

export const agentContent = v.pipe(
  content,
  v.description(
    '1 to 1,000,000 characters, not only white space. Markdown. A question that ends with numbered lines between ' +
      '[OPTIONS] and [/OPTIONS], or with [YES/NO], offers its answers to tap; the text of one is the answer',
  ),
);

const shortText = v.pipe(
  v.string(),
  v.maxLength(255, 'must be at most 255 characters'),
  v.check((text) => text.trim() !== '', 'must not be empty'),
);

export const agentType = v.pipe(
  shortText,
  v.description('The kind of agent, such as claude-code; stored in lower case'),
);
export const name = shortText;

export const notify = v.pipe(v.boolean(), v.description('Taken, and without effect as yet'));

export const waitSeconds = v.pipe(
  v.number(),
  v.minValue(0, 'must be 0 to 300 seconds'),
  v.maxValue(300, 'must be 0 to 300 seconds'),
  v.description('Seconds to hold the call open until there is a message'),
);

const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any JSON object; to valibot's `record` alone a list would be one, too. */
export const metadata = v.pipe(v.custom(isObject, 'must be an object'), v.record(v.string(), v.unknown()));

/** Optional on the way in; null counts as absent, as existing clients send it. */
export const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema));

/** How much of a list to give. */
export const limit = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(0, 'must be 0 to 200'),
  v.maxValue(200, 'must be 0 to 200'),
);

export const DEFAULT_LIMIT = 50;

export const timestamp = v.pipe(v.string(), v.isoTimestamp());

/** Exactly these five fields: existing clients fail on a sixth. */
export const message = v.strictObject({
  id: v.string(),
  content: v.string(),
  sender_type: v.picklist(['AGENT', 'USER']),
  created_at: timestamp,
  requires_user_input: v.boolean(),
});

export const agentStatus = v.picklist([
  'ACTIVE',
  'AWAITING_INPUT',
  'COMPLETED',
  'DELETED',
  'STALE',
  'PAUSED',
  'FAILED',
  'KILLED',
  'DISCONNECTED',
]);
