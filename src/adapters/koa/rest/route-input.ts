import type { Context } from 'koa';

export const inputFromBody = (_ctx: Context, body: object): object => body;

export const noInput = (): object => ({});

const DECIMAL_NUMBER = /^-?\d+(\.\d+)?$/;

const NUMERIC_FIELDS = ['wait', 'limit', 'message_limit'] as const;

/**
 * Turns the query into input. Values stay text, and a field that occurs several times becomes a list. Only
 * the numeric fields are converted. If such a field is not a decimal number, it stays text, and validation
 * refuses it.
 */
export function inputFromQuery({ query }: Context): object {
  const input: { [name: string]: unknown } = { ...query };
  for (const name of NUMERIC_FIELDS) {
    const text = query[name];
    if (typeof text === 'string' && DECIMAL_NUMBER.test(text)) input[name] = Number(text);
  }
  return input;
}

/** Adds the instance id from the path to the fields of the query or the body. */
export const withInstanceId = (ctx: Context, fields: object): object => ({
  ...fields,
  agent_instance_id: ctx.params.agent_instance_id,
});
