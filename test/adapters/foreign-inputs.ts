import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import type { ObjectSchema, UseCase } from '../../src/application/use-case.ts';

/** The ids with which a request can name an instance: its own and the id of one of its messages. */
export interface InstanceIds {
  readonly instance: string;
  readonly message: string;
}

export const unknownIds = (): InstanceIds => ({ instance: uuidV7.next(), message: uuidV7.next() });

type Input = { [field: string]: unknown };

/** The value of each input field that is an id. */
const ID_FIELDS: { readonly [field: string]: (named: InstanceIds) => unknown } = {
  agent_instance_id: ({ instance }) => instance,
  message_id: ({ message }) => message,
  question_id: ({ message }) => message,
  last_read_message_id: ({ message }) => message,
  before_message_id: ({ message }) => message,
  in_reply_to: ({ message }) => message,
};
/** The values of required fields that are not ids. */
const OTHER_FIELDS: Input = {
  agent_type: 'spy',
  content: 'from outside',
  name: 'from outside',
  question_text: 'from outside?',
  status: 'COMPLETED',
};
/** With the id field, the other field is left out, because the two exclude each other. */
const INSTEAD_OF: { readonly [field: string]: string } = { question_id: 'question_text' };

/**
 * Returns a use case's inputs that name another instance: one input for each id field, and one with all of
 * them. The other id fields name the caller's own instance.
 * @throws Error for a required field that the tables above do not have.
 */
export function inputsNaming(useCase: UseCase, other: InstanceIds, own: InstanceIds): Input[] {
  const entries = entriesOf(useCase.input);
  const naming = entries.filter(([name]) => Object.hasOwn(ID_FIELDS, name)).map(([name]) => name);
  const required = entries.filter(([name, { type }]) => type !== 'optional' && !naming.includes(name));
  for (const [name] of required) {
    if (!Object.hasOwn(OTHER_FIELDS, name))
      throw new Error(`OTHER_FIELDS has no value for ${name} of ${useCase.name}`);
  }
  const rest = Object.fromEntries(
    entries.filter(([name]) => Object.hasOwn(OTHER_FIELDS, name)).map(([name]) => [name, OTHER_FIELDS[name]]),
  );
  const alone = naming.map((name) => [name]);
  return [...alone, naming].map((foreign) => {
    const ids = naming
      .filter((name) => foreign.includes(name) || name === 'agent_instance_id' || isRequired(entries, name))
      .map((name) => [name, ID_FIELDS[name]!(foreign.includes(name) ? other : own)]);
    const input: Input = { ...rest, ...Object.fromEntries(ids) };
    for (const [name, excluded] of Object.entries(INSTEAD_OF)) if (name in input) delete input[excluded];
    return input;
  });
}

/** Returns the fields that look like ids and are not in the table. */
export const unlistedIdFields = (useCase: UseCase): string[] =>
  entriesOf(useCase.input)
    .map(([name]) => name)
    .filter((name) => /(^|_)(id|cursor|in_reply_to)$/.test(name) && !Object.hasOwn(ID_FIELDS, name));

const isRequired = (entries: ReturnType<typeof entriesOf>, name: string): boolean =>
  entries.some(([entry, { type }]) => entry === name && type !== 'optional');

function entriesOf(schema: ObjectSchema): [name: string, schema: { readonly type: string }][] {
  const { entries } = schema as unknown as { entries: { [name: string]: { type: string } } };
  return Object.entries(entries);
}
