import fc, { type Arbitrary } from 'fast-check';
import * as v from 'valibot';
import * as useCases from '../../../src/application/use-cases/index.ts';
import * as field from '../../../src/application/wire/fields.ts';
import { cursor } from '../../../src/application/wire/instance-cursor.ts';
import {
  notificationRules,
  quietHours,
} from '../../../src/application/wire/notification/notification-rules.ts';
import { QUESTION_FIELDS } from '../../../src/application/wire/question/question-fields.ts';
import { questionForm } from '../../../src/application/wire/question/question-form.ts';
import { options as offeredOptions } from '../../../src/application/wire/question/question-options.ts';
import { fittingFields, formAnswers, forms, options, values } from './question-arbitraries.ts';

/** Ids of the kinds that the fields of a use case name. The numbers choose among those that exist. */
export interface IdChoice {
  readonly nth: number;
  readonly form: 'canonical' | 'upper' | 'bare';
}

/** A value that stands for an id which only the run knows. */
export class ChosenId {
  readonly kind: 'uuid' | 'key' | 'cursor' | 'user';
  readonly choice: IdChoice;

  constructor(kind: ChosenId['kind'], choice: IdChoice) {
    this.kind = kind;
    this.choice = choice;
  }
}

const chosenId = (kind: ChosenId['kind']) =>
  fc
    .record({ nth: fc.nat(), form: fc.constantFrom('canonical', 'canonical', 'upper', 'bare') })
    .map((choice) => new ChosenId(kind, choice as IdChoice));

/** Texts of all planes, of combined characters, of white space, of SQL, and texts that no store can keep. */
const anyText = (maxLength: number): Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength }),
    fc.string({ unit: 'grapheme-composite', maxLength }),
    fc.constantFrom(
      "'; drop table messages; --",
      '[OPTIONS]\n1. a\n[/OPTIONS]',
      '[YES/NO]',
      '__proto__',
      '\\',
    ),
    fc.constantFrom('\u0085', '\ufeff', '\0', 'a\ud800', '\udc00', '\ufffe', 'İ'.repeat(200)),
    fc.constantFrom('😀', 'ǆ', 'ﷺ', 'x').map((character) => character.repeat(255)),
  );

const content = fc.oneof(
  { weight: 5_000, arbitrary: anyText(300) },
  { weight: 1, arbitrary: fc.constantFrom('x', '😀').map((character) => character.repeat(1_000_000)) },
);

const json = fc.oneof(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), anyText(20));
const diffs = fc.constantFrom(
  '',
  ' ',
  'diff --git a/x b/x\n+x\n',
  'ZGlmZiAtLWdpdCBhL3ggYi94CiteCg==',
  'diff --git a/\0 b/\ud800\n',
);

const clockTimes = fc.constantFrom('00:00', '07:30', '22:00', '23:59');
const quietHoursOf = fc.record({
  time_zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'),
  from: clockTimes,
  to: clockTimes,
  days: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 7 }),
  urgent_passes: fc.boolean(),
});
const rules = fc.array(
  fc.record({
    event: fc.constantFrom('question', 'ended'),
    destinations: fc.array(fc.uuid(), { maxLength: 2 }),
    after_seconds: fc.integer({ min: 0, max: 604_800 }),
  }),
  { maxLength: 3 },
);

/** The fields whose checks are code. What the arbitrary makes and the check refuses is left out. */
const KNOWN = new Map<v.GenericSchema, Arbitrary<unknown>>([
  [field.id, chosenId('uuid')],
  [field.apiKeyId, chosenId('key')],
  [cursor, chosenId('cursor')],
  [field.text, fc.oneof(chosenId('user'), anyText(20))],
  [field.content, content],
  [field.agentContent, content],
  [field.agentType, fc.oneof(fc.constantFrom('claude-code', 'Codex'), anyText(255))],
  [field.name, anyText(255)],
  [field.metadata, fc.dictionary(anyText(20), json, { maxKeys: 5 })],
  [offeredOptions, options],
  [questionForm, forms],
  [useCases.addNotificationDestination.input.entries.channel, fc.constantFrom('fake', 'fake', 'pigeon')],
  [
    useCases.addNotificationDestination.input.entries.settings,
    fc.record({ address: fc.constantFrom('here', 'nowhere'), secret: fc.option(anyText(20), { nil: '' }) }),
  ],
  [quietHours, quietHoursOf],
  [notificationRules.entries.rules, rules],
]);

/** What schemas consist of. Each type of schema has some of these. */
interface Parts {
  readonly pipe?: readonly { readonly type: string; readonly requirement?: number }[];
  readonly entries: { readonly [name: string]: v.GenericSchema };
  readonly options: readonly v.GenericSchema[];
  readonly wrapped: v.GenericSchema;
  readonly literal: unknown;
}

/** Returns inputs that pass a schema, with every field and without each of the optional ones. */
export function arbitraryOf(schema: v.GenericSchema): Arbitrary<unknown> {
  const known = KNOWN.get(schema);
  if (known !== undefined) return known.filter((value) => value instanceof ChosenId || v.is(schema, value));
  const some = schema as unknown as Parts;
  switch (schema.type) {
    case 'object':
      // Some objects have a check of several fields together.
      return objectOf(some.entries).filter((value) => v.is(schema, withSampleIds(value)));
    case 'optional':
      return arbitraryOf(some.wrapped);
    case 'nullable':
      return fc.option(arbitraryOf(some.wrapped), { freq: 6 });
    case 'boolean':
      return fc.boolean();
    case 'number':
      return numberOf(some.pipe ?? []);
    case 'picklist':
      return fc.constantFrom<unknown>(...some.options);
    case 'literal':
      return fc.constant(some.literal);
    case 'union':
      return fc.oneof(diffs, ...some.options.map(arbitraryOf));
    case 'string':
      return anyText(300);
    case 'array':
      return values;
    case 'record':
      return formAnswers;
    case 'unknown':
      return json;
    default:
      throw new Error(`There is no arbitrary for ${schema.type}`);
  }
}

function objectOf(entries: Parts['entries']): Arbitrary<object> {
  const names = Object.keys(entries);
  const all = recordOf(entries, names);
  if (!names.includes('options')) return all;
  const plain = recordOf(
    entries,
    names.filter((name) => !QUESTION_FIELDS.some((field) => field === name)),
  );
  const fitting = fc.tuple(plain, fittingFields).map(([input, fields]) => ({ ...input, ...fields }));
  return fc.oneof(all, fitting, fitting);
}

const recordOf = (entries: Parts['entries'], names: readonly string[]): Arbitrary<object> =>
  fc.record(Object.fromEntries(names.map((name) => [name, arbitraryOf(entries[name]!)])), {
    requiredKeys: names.filter((name) => entries[name]!.type !== 'optional'),
  });

const SAMPLES = {
  uuid: '00000000-0000-4000-8000-000000000000',
  key: 'A'.repeat(16),
  cursor: '0.00000000-0000-4000-8000-000000000000',
  user: 'ada',
} as const satisfies Record<ChosenId['kind'], string>;

const withSampleIds = (input: object): object =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      value instanceof ChosenId ? SAMPLES[value.kind] : value,
    ]),
  );

function numberOf(pipe: NonNullable<Parts['pipe']>): Arbitrary<number> {
  const limit = (type: string) => pipe.find((action) => action.type === type)?.requirement;
  const range = { min: limit('min_value'), max: limit('max_value') } as { min: number; max: number };
  if (pipe.some(({ type }) => type === 'integer')) return fc.integer(range);
  return fc.oneof(fc.double({ ...range, noNaN: true }), fc.integer(range));
}
