import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';
import { newApiKeyId } from '../../../../src/application/admin/issue-api-key.ts';
import { newUserId } from '../fixture/tenant.ts';

/**
 * The kinds of ids of a tenant that a request can contain. Each has a function that creates an unused id of
 * the same form.
 */
const CREATE_UNUSED_ID = {
  'active instance': () => uuidV7.next(),
  'awaiting instance': () => uuidV7.next(),
  'completed instance': () => uuidV7.next(),
  'deleted instance': () => uuidV7.next(),
  step: () => uuidV7.next(),
  'open question': () => uuidV7.next(),
  'answered question': () => uuidV7.next(),
  'closed question': () => uuidV7.next(),
  'queued message': () => uuidV7.next(),
  'read message': () => uuidV7.next(),
  'agent type': () => uuidV7.next(),
  'agent type name': () => `type of ${newUserId()}`,
  place: () => `${Date.UTC(2100, 0)}.${uuidV7.next()}`,
  'good key': () => newApiKeyId() as string,
  'revoked key': () => newApiKeyId() as string,
} as const;

export type IdKind = keyof typeof CREATE_UNUSED_ID;

/** One id of each kind. */
export type IdsByKind = { readonly [kind in IdKind]: string };

/** Creates one id of each kind. None of them has ever been in use. */
export const unusedIds = (): IdsByKind =>
  Object.fromEntries(Object.entries(CREATE_UNUSED_ID).map(([kind, make]) => [kind, make()])) as IdsByKind;

export const INSTANCES = [
  'active instance',
  'awaiting instance',
  'completed instance',
  'deleted instance',
] as const satisfies readonly IdKind[];
const MESSAGES = [
  'step',
  'open question',
  'answered question',
  'closed question',
  'queued message',
  'read message',
] as const satisfies readonly IdKind[];

/**
 * Every field that contains an id, with the kinds of ids that the tests put into it. An id of the first kind
 * is valid there if it is the caller's own.
 */
export const ID_FIELDS: { readonly [field: string]: readonly [IdKind, ...IdKind[]] } = {
  agent_instance_id: INSTANCES,
  message_id: MESSAGES,
  last_read_message_id: ['read message', ...MESSAGES],
  question_id: ['open question', ...MESSAGES],
  cursor: ['place'],
  id: ['good key', 'revoked key'],
  agent_type: ['agent type name'],
  agent_type_id: ['agent type'],
  before_message_id: MESSAGES,
  in_reply_to: ['open question', ...MESSAGES],
};

/** The kind of instance to which each kind of message belongs. */
export const INSTANCE_OF: { readonly [kind in IdKind]?: IdKind } = {
  step: 'active instance',
  'answered question': 'active instance',
  'queued message': 'active instance',
  'read message': 'active instance',
  'open question': 'awaiting instance',
  'closed question': 'completed instance',
};

/** Every other field, with a value that is valid in all use cases with this field. */
export const OTHER_FIELDS: { readonly [field: string]: unknown } = {
  before_position: 2,
  confirm: 'any user',
  content: 'a text',
  expires_in_days: 30,
  git_diff: 'diff --git a/a b/a',
  limit: 50,
  mark_as_read: false,
  message_limit: 50,
  message_metadata: { some: 'thing' },
  name: 'a name',
  question_text: 'a question?',
  requires_user_input: true,
  scope: 'agent',
  send_email: null,
  send_push: null,
  send_sms: null,
  status: 'COMPLETED',
  transport: 'stdio',
  wait: 0,
  on_lease: false,
  wait_seconds: 0,
};

/** For each field here: the field that a request with it must leave out. */
export const EXCLUDED_BY: { readonly [field: string]: string } = { question_id: 'question_text' };
