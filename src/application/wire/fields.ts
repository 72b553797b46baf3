import * as v from 'valibot';
import { isUuid } from '../../domain/ids.ts';
import { isBlank, NOT_BLANK, NOT_BLANK_PATTERN, TEXT_PATTERN } from '../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../domain/text/code-points.ts';
import { isValidContent, MAX_CONTENT_LENGTH } from '../../domain/text/content.ts';
import { API_KEY_ID, isApiKeyId } from '../../domain/user/api-key.ts';

// `v.metadata` has the keywords of JSON Schema that say what the checks of a field say. Nothing checks them.

const isUuidText = (text: string): boolean => isUuid(text);
const isApiKeyIdText = (text: string): boolean => isApiKeyId(text);

/** Recognises the checks of ids. Their error code is `invalid_id`. */
export const isIdCheck = (check: unknown): boolean => check === isUuidText || check === isApiKeyIdText;

/** A UUID in upper or lower case, with or without hyphens. It is stored in canonical form. */
export const id = v.pipe(
  v.string(),
  v.check(isUuidText, 'must be a UUID'),
  v.metadata({ format: 'uuid' }),
  v.description('UUID. Upper case, and a form without hyphens, are accepted too'),
);

/** An id in an answer, in the canonical form. */
export const shownId = v.pipe(v.string(), v.metadata({ format: 'uuid' }));

export const apiKeyId = v.pipe(
  v.string(),
  v.check(isApiKeyIdText, 'must be 16 characters of A-Z, a-z, 0-9, - and _'),
  v.metadata({ pattern: API_KEY_ID.source }),
);

export const content = v.pipe(
  v.string(),
  v.check(isValidContent, 'must be 1 to 1,000,000 characters and not only white space'),
  v.metadata({ minLength: 1, maxLength: MAX_CONTENT_LENGTH, ...NOT_BLANK }),
  v.metadata({ examples: ['The tests pass. Next is the migration.'] }),
  v.description('1 to 1,000,000 characters, not only white space'),
);

export const agentContent = v.pipe(
  content,
  v.description(
    '1 to 1,000,000 characters, not only white space. Markdown. A question that ends with numbered lines between ' +
      '[OPTIONS] and [/OPTIONS], or with [YES/NO], shows its answers as buttons; the text of the button is the answer',
  ),
);

const MAX_NAME_LENGTH = 255;

const shortText = v.pipe(
  v.string(),
  v.check(
    (text) => hasAtMostCodePoints(text, MAX_NAME_LENGTH),
    `must be at most ${MAX_NAME_LENGTH} characters`,
  ),
  v.check((text) => !isBlank(text), 'must not be empty'),
  v.metadata({ minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: NOT_BLANK_PATTERN }),
);

/** Any text. `dispatch` refuses texts that no store can keep. */
export const text = v.pipe(v.string(), v.metadata({ pattern: TEXT_PATTERN }));

export const agentType = v.pipe(
  shortText,
  v.metadata({ examples: ['claude-code'] }),
  v.description('The kind of agent, for example claude-code. Stored in lower case'),
);
export const name = shortText;
export const title = v.pipe(shortText, v.description('Names the agent instance, if the call creates it'));

export const notify = v.pipe(
  v.boolean(),
  v.description(
    'true: reaches the person’s destinations of this kind, whatever their rules say. false: never. null: as the rules say',
  ),
);

export const waitSeconds = v.pipe(
  v.number(),
  v.minValue(0, 'must be 0 to 300 seconds'),
  v.maxValue(300, 'must be 0 to 300 seconds'),
  v.description('How many seconds to wait for a message'),
);

export const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Metadata is loaded with each message, so that large ones would make a page of messages unreadable. */
const MAX_METADATA_CHARACTERS = 65_536;

/** Any JSON object. The custom check is needed because valibot's `record` accepts arrays too. */
export const metadata = v.pipe(
  v.custom(isObject, 'must be an object'),
  v.record(v.string(), v.unknown()),
  v.check(
    (value) => JSON.stringify(value).length <= MAX_METADATA_CHARACTERS,
    'must have at most 65,536 characters as JSON',
  ),
  v.description('At most 65,536 characters as JSON'),
);

/** An optional input field. null counts as absent, because existing clients send it. */
export const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema));

/** How many of something there are. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How many entries of a list to return. */
export const limit = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(0, 'must be 0 to 200'),
  v.maxValue(200, 'must be 0 to 200'),
);

export const DEFAULT_LIMIT = 50;

export const timestamp = v.pipe(v.string(), v.isoTimestamp());

/**
 * A message as agents get it. It has exactly these five fields, because existing clients fail on any other.
 */
export const message = v.strictObject({
  id: shownId,
  content: v.string(),
  sender_type: v.picklist(['AGENT', 'USER']),
  created_at: timestamp,
  requires_user_input: v.boolean(),
});

export const redelivered = v.pipe(
  v.boolean(),
  v.description(
    'True if some of what the agent gets here was sent before, in a response that may not have arrived',
  ),
);

export const more = v.pipe(
  v.boolean(),
  v.description('True if the person has written more than fits here. The next call returns the next of it'),
);

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
