import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';
import { newApiKeyId } from '../../../../src/application/admin/issue-api-key.ts';
import { QUESTION_FIELDS } from '../../../../src/application/wire/question/question-fields.ts';
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
  destination: () => uuidV7.next(),
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
export const MESSAGES = [
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
  destination_id: ['destination'],
  agent_type: ['agent type name'],
  agent_type_id: ['agent type'],
  before_message_id: MESSAGES,
  in_reply_to: ['open question', ...MESSAGES],
  supersedes: ['open question', ...MESSAGES],
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
  answers_question: true,
  before_position: 2,
  callback_url: null,
  confirm: 'any user',
  content: 'a text',
  default_answer: ['b'],
  expires_in_days: 30,
  expires_in_seconds: 86_400,
  context: { branch: 'main' },
  failure: 'no disk',
  form: { type: 'object', properties: { name: { type: 'string' } } },
  git_diff: 'diff --git a/a b/a',
  limit: 50,
  mark_as_read: false,
  max: 2,
  message_limit: 50,
  message_metadata: { some: 'thing' },
  min: 1,
  pause_while_active: true,
  quiet_hours: null,
  group_seconds: 2,
  channel: 'fake',
  rules: [],
  settings: { address: 'here' },
  title: 'a title',
  multiple: true,
  name: 'a name',
  on_expiry: 'default',
  on_lease: false,
  options: [{ label: 'a' }, { label: 'b' }],
  q: 'a text',
  question_text: 'a question?',
  reason: 'a reason',
  requires_user_input: true,
  scope: 'agent',
  send_email: null,
  send_push: null,
  send_sms: null,
  status: 'COMPLETED',
  state_only: false,
  transport: 'stdio',
  values: ['a'],
  via: 'page',
  wait: 0,
  wait_seconds: 0,
};

/**
 * For each field here: the fields that a request with it must leave out, in a use case that has the first of
 * them.
 */
export const EXCLUDED_BY: { readonly [field: string]: readonly [string, ...string[]] } = {
  content: ['values', 'form'],
  options: ['form'],
  question_id: ['question_text', ...QUESTION_FIELDS],
};
