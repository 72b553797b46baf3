import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import type { ObjectSchema, UseCase } from '../../src/application/use-case.ts';

/** What a caller may name of an instance: itself, and its messages. */
export interface Named {
  readonly instance: string;
  readonly message: string;
}

export const nothingNamed = (): Named => ({ instance: uuidV7.next(), message: uuidV7.next() });

type Input = { [field: string]: unknown };

/** What every field of an input is that names something, and what the other ones are that have to be given. */
const FIELDS: { readonly [field: string]: (named: Named) => unknown } = {
  agent_instance_id: ({ instance }) => instance,
  message_id: ({ message }) => message,
  question_id: ({ message }) => message,
  last_read_message_id: ({ message }) => message,
  before_message_id: ({ message }) => message,
  in_reply_to: ({ message }) => message,
};
const REQUIRED: Input = {
  agent_type: 'spy',
  content: 'from outside',
  name: 'from outside',
  question_text: 'from outside?',
  status: 'COMPLETED',
};
/** Of two that exclude each other the one that names nothing stays out. */
const INSTEAD_OF: { readonly [field: string]: string } = { question_id: 'question_text' };

/**
 * Every way to name something of another instance in a use case's input: by each of its fields alone and by
 * all of them, the rest being the caller's own.
 * @throws Error for a field that this table does not know: a new one has to be thought of here.
 */
export function inputsNaming(useCase: UseCase, other: Named, own: Named): Input[] {
  const entries = entriesOf(useCase.input);
  const naming = entries.filter(([name]) => Object.hasOwn(FIELDS, name)).map(([name]) => name);
  const required = entries.filter(([name, { type }]) => type !== 'optional' && !naming.includes(name));
  for (const [name] of required) {
    if (!Object.hasOwn(REQUIRED, name)) throw new Error(`no example for ${name} of ${useCase.name}`);
  }
  const rest = Object.fromEntries(
    entries.filter(([name]) => Object.hasOwn(REQUIRED, name)).map(([name]) => [name, REQUIRED[name]]),
  );
  const alone = naming.map((name) => [name]);
  return [...alone, naming].map((foreign) => {
    const ids = naming
      .filter((name) => foreign.includes(name) || name === 'agent_instance_id' || isRequired(entries, name))
      .map((name) => [name, FIELDS[name]!(foreign.includes(name) ? other : own)]);
    const input: Input = { ...rest, ...Object.fromEntries(ids) };
    for (const [name, excluded] of Object.entries(INSTEAD_OF)) if (name in input) delete input[excluded];
    return input;
  });
}

/** Fields that could name something although this table does not know them. */
export const unknownNames = (useCase: UseCase): string[] =>
  entriesOf(useCase.input)
    .map(([name]) => name)
    .filter((name) => /(^|_)(id|cursor|in_reply_to)$/.test(name) && !Object.hasOwn(FIELDS, name));

const isRequired = (entries: ReturnType<typeof entriesOf>, name: string): boolean =>
  entries.some(([entry, { type }]) => entry === name && type !== 'optional');

function entriesOf(schema: ObjectSchema): [name: string, schema: { readonly type: string }][] {
  const { entries } = schema as unknown as { entries: { [name: string]: { type: string } } };
  return Object.entries(entries);
}
