import fc, { type Arbitrary } from 'fast-check';

/** Few texts, so that answers often name an option that a question has. */
const label = fc.constantFrom('a', 'b', ' c', '😀');

export const values = fc.array(fc.oneof(label, fc.string({ unit: 'binary', maxLength: 20 })), {
  maxLength: 3,
});

export const options = fc.uniqueArray(
  fc.record({ label, value: fc.option(label), description: fc.option(label) }, { requiredKeys: ['label'] }),
  { minLength: 1, maxLength: 3, selector: ({ label: text, value }) => value ?? text },
);

export const forms = fc.constantFrom(
  { type: 'object', properties: { a: { type: 'string', minLength: 2 } } },
  { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'boolean' } }, required: ['b'] },
  { type: 'object', properties: { a: { type: 'string', enum: ['a', 'b'], default: 'b' } }, required: ['a'] },
);

export const formAnswers = fc.dictionary(
  fc.constantFrom('a', 'b'),
  fc.oneof(label, fc.integer(), fc.boolean(), fc.array(label, { maxLength: 2 })),
);

const SECONDS = { min: 1, max: 2_592_000 };

/** Fields of a question that fit each other. Fields that are made one by one seldom do. */
export const fittingFields: Arbitrary<object> = fc.oneof(
  fc.constant({}),
  fc.record({ expires_in_seconds: fc.integer(SECONDS) }),
  options.chain((offered) =>
    fc.record({
      options: fc.constant(offered),
      multiple: fc.constant(true),
      max: fc.integer({ min: 1, max: offered.length }),
      expires_in_seconds: fc.integer(SECONDS),
      on_expiry: fc.constant('default'),
      default_answer: fc.subarray(
        offered.map(({ label: text, value }) => value ?? text),
        { minLength: 1, maxLength: 1 },
      ),
    }),
  ),
  fc.record({ options }),
  fc.record({ form: forms }),
);
