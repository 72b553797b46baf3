import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import type { ObjectSchema, UseCase } from '../../src/application/use-case.ts';

/** The ids by which a request can name an instance: its own id, or the id of one of its messages. */
export interface InstanceIds {
  readonly instance: string;
  readonly message: string;
}

export const unknownIds = (): InstanceIds => ({ instance: uuidV7.next(), message: uuidV7.next() });

type Input = { [field: string]: unknown };

/** The value of each input field that is an id. */
const ID_FIELDS: { readonly [field: string]: (ids: InstanceIds) => unknown } = {
  agent_instance_id: ({ instance }) => instance,
  message_id: ({ message }) => message,
  question_id: ({ message }) => message,
  last_read_message_id: ({ message }) => message,
  before_message_id: ({ message }) => message,
  in_reply_to: ({ message }) => message,
  supersedes: ({ message }) => message,
};
/** The values of required fields that are not ids. */
const OTHER_FIELDS: Input = {
  agent_type: 'spy',
  content: 'from outside',
  name: 'from outside',
  question_text: 'from outside?',
  requires_user_input: true,
  status: 'COMPLETED',
};
/** For each id field here: the fields that an input with this id must not have. */
const EXCLUDED_FIELDS: { readonly [field: string]: readonly string[] } = {
  question_id: ['question_text', 'supersedes'],
};

/**
 * Returns inputs of a use case that name another instance: one input for each id field, and one in which all
 * id fields name it. In the first ones, the remaining id fields name the caller's own instance.
 * @param offered whether the caller can set an optional field; by default all
 * @throws Error if the use case requires a field that the tables above do not contain.
 */
export function inputsNaming(
  useCase: UseCase,
  other: InstanceIds,
  own: InstanceIds,
  offered: (field: string) => boolean = () => true,
): Input[] {
  const entries = entriesOf(useCase.input).filter(([name, { type }]) => offered(name) || type !== 'optional');
  const idFields = entries.filter(([name]) => Object.hasOwn(ID_FIELDS, name)).map(([name]) => name);
  const required = entries.filter(([name, { type }]) => type !== 'optional' && !idFields.includes(name));
  for (const [name] of required) {
    if (!Object.hasOwn(OTHER_FIELDS, name))
      throw new Error(`OTHER_FIELDS has no value for ${name} of ${useCase.name}`);
  }
  const otherFields = Object.fromEntries(
    entries.filter(([name]) => Object.hasOwn(OTHER_FIELDS, name)).map(([name]) => [name, OTHER_FIELDS[name]]),
  );
  const singleFields = idFields.map((name) => [name]);
  return [...singleFields, idFields].map((foreignFields) => {
    const ids = idFields
      .filter(
        (name) => foreignFields.includes(name) || name === 'agent_instance_id' || isRequired(entries, name),
      )
      .map((name) => [name, ID_FIELDS[name]!(foreignFields.includes(name) ? other : own)]);
    const input: Input = { ...otherFields, ...Object.fromEntries(ids) };
    for (const [name, excluded] of Object.entries(EXCLUDED_FIELDS))
      if (name in input) for (const field of excluded) delete input[field];
    return input;
  });
}

/** Returns the input fields that look like ids and are not in `ID_FIELDS`. */
export const unlistedIdFields = (useCase: UseCase): string[] =>
  entriesOf(useCase.input)
    .map(([name]) => name)
    .filter(
      (name) => /(^|_)(id|cursor|in_reply_to|supersedes)$/.test(name) && !Object.hasOwn(ID_FIELDS, name),
    );

const isRequired = (entries: ReturnType<typeof entriesOf>, name: string): boolean =>
  entries.some(([entry, { type }]) => entry === name && type !== 'optional');

function entriesOf(schema: ObjectSchema): [name: string, schema: { readonly type: string }][] {
  const { entries } = schema as unknown as { entries: { [name: string]: { type: string } } };
  return Object.entries(entries);
}
