import type { Context } from 'koa';
import { isBlank } from '../../../domain/text/blank.ts';

export const inputFromBody = (_ctx: Context, body: object): object => body;

export const noInput = (): object => ({});

/** The fields that take true and false in other forms, too: as Python agents and queries have them. */
export const BOOLEAN_FIELDS = [
  'requires_user_input',
  'send_push',
  'send_email',
  'send_sms',
  'mark_as_read',
  'on_lease',
] as const;

export const BOOLEAN_FORMS = new Map<unknown, boolean>([
  ...['1', 'true', 't', 'yes', 'y', 'on', 1].map((form) => [form, true] as const),
  ...['0', 'false', 'f', 'no', 'n', 'off', 0].map((form) => [form, false] as const),
]);

/** The optional texts that some agents send empty. An empty git diff is another thing: it clears the diff. */
export const FIELDS_ABSENT_IF_BLANK = [
  'agent_type',
  'last_read_message_id',
  'name',
  'title',
  'transport',
] as const;

/**
 * Returns the fields of an agent's body. Some agents send true and false as numbers or texts, and optional
 * texts empty instead of leaving them out. All other values are passed on as they are, and validation refuses
 * what is wrong.
 */
export function inputFromAgent(_ctx: Context, body: object): object {
  const input: { [name: string]: unknown } = { ...body };
  convertBooleans(input);
  for (const name of FIELDS_ABSENT_IF_BLANK) if (isBlankText(input[name])) delete input[name];
  return input;
}

function convertBooleans(input: { [name: string]: unknown }): void {
  for (const name of BOOLEAN_FIELDS) {
    const value = input[name];
    const flag = BOOLEAN_FORMS.get(typeof value === 'string' ? value.toLowerCase() : value);
    if (flag !== undefined) input[name] = flag;
  }
}

const isBlankText = (value: unknown): boolean => typeof value === 'string' && isBlank(value);

/** JSON has a number in this form, so many programs write numbers into a query like this. */
const JSON_NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

const NUMERIC_FIELDS = ['wait', 'limit', 'message_limit'] as const;

/**
 * Turns the query into input. Values stay text, and a field that occurs several times becomes a list. Only
 * the numeric and boolean fields are converted. If such a field has another form, it stays text, and
 * validation refuses it. An empty field counts as absent, except the id of an instance: its absence would
 * have another error.
 */
export function inputFromQuery({ query }: Context): object {
  const input: { [name: string]: unknown } = { ...query };
  for (const name of Object.keys(input)) {
    if (name !== 'agent_instance_id' && isBlankText(input[name])) delete input[name];
  }
  for (const name of NUMERIC_FIELDS) {
    const text = query[name];
    if (typeof text === 'string' && JSON_NUMBER.test(text)) input[name] = Number(text);
  }
  convertBooleans(input);
  return input;
}

/** Adds the instance id from the path to the fields of the query or the body. */
export const withInstanceId = (ctx: Context, fields: object): object => ({
  ...fields,
  agent_instance_id: ctx.params.agent_instance_id,
});

/** Adds the question's id from the path to the fields of the body. */
export const withQuestionId = (ctx: Context, fields: object): object => ({
  ...fields,
  question_id: ctx.params.question_id,
});

/** Adds the destination's id from the path to the fields of the body. */
export const withDestinationId = (ctx: Context, fields: object): object => ({
  ...fields,
  destination_id: ctx.params.destination_id,
});
