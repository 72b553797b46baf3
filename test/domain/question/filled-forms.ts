import fc, { type Arbitrary } from 'fast-check';
import type { FormAnswer, FormField, FormValue, QuestionForm } from '../../../src/domain/question/form.ts';
import { isBlank } from '../../../src/domain/text/blank.ts';

/** A form, and an answer that fits it. */
export interface FilledForm {
  readonly form: QuestionForm;
  readonly answer: FormAnswer;
}

/** A field, and one of its values. */
interface FilledField {
  readonly field: FormField;
  readonly value: FormValue;
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const title = text.filter((one) => !isBlank(one));
const value = text.filter((one) => one !== '');
const maybe = <Value>(arbitrary: Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

/** Leaves out the keywords without a value, and adds the value as the default if there is to be one. */
const filled = (keywords: object, value: FormValue, hasDefault: boolean): FilledField => {
  const all = Object.entries({ ...keywords, default: hasDefault ? value : undefined });
  return {
    field: Object.fromEntries(all.filter(([, one]) => one !== undefined)) as unknown as FormField,
    value,
  };
};

const filledField = <Value extends FormValue>(
  valueAndKeywords: Arbitrary<readonly [value: Value, keywords: object]>,
): Arbitrary<FilledField> =>
  fc
    .tuple(valueAndKeywords, maybe(title), maybe(text), fc.boolean())
    .map(([[one, keywords], titleOfField, description, hasDefault]) =>
      filled({ ...keywords, title: titleOfField, description }, one, hasDefault),
    );

const anyText = fc.tuple(text, maybe(fc.nat(5)), maybe(fc.nat(5))).map(([one, less, more]) => {
  const { length } = [...one];
  return [
    one,
    {
      type: 'string',
      minLength: less === undefined ? undefined : Math.max(0, length - less),
      maxLength: more === undefined ? undefined : length + more,
    },
  ] as const;
});

const isoDate = fc
  .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const formatted = fc.oneof(
  fc.emailAddress().map((one) => [one, { type: 'string', format: 'email' }] as const),
  fc.webUrl({ withFragments: true }).map((one) => [one, { type: 'string', format: 'uri' }] as const),
  isoDate.map((one) => [one.slice(0, 10), { type: 'string', format: 'date' }] as const),
  isoDate.map((one) => [one, { type: 'string', format: 'date-time' }] as const),
);

const numberOf = (type: 'number' | 'integer', numbers: Arbitrary<number>) =>
  fc.tuple(numbers, maybe(numbers), maybe(numbers)).map(
    ([one, a, b]) =>
      [
        one,
        {
          type,
          minimum: a === undefined ? undefined : Math.min(a, one),
          maximum: b === undefined ? undefined : Math.max(b, one),
        },
      ] as const,
  );

const offered = fc
  .uniqueArray(value, { minLength: 1, maxLength: 5 })
  .chain((values) =>
    fc.tuple(fc.constant(values), fc.array(title, { minLength: values.length, maxLength: values.length })),
  );

const titledValues = (values: readonly string[], titles: readonly string[]) =>
  values.map((one, index) => ({ const: one, title: titles[index] }));

const oneOfSeveral = fc
  .tuple(offered, fc.nat(), fc.constantFrom('enum', 'enumNames', 'oneOf'))
  .map(([[values, titles], nth, kind]) => {
    const keywords = {
      enum: { enum: values },
      enumNames: { enum: values, enumNames: titles },
      oneOf: { oneOf: titledValues(values, titles) },
    }[kind];
    return [values[nth % values.length]!, { type: 'string', ...keywords }] as const;
  });

const someOfSeveral = offered
  .chain(([values, titles]) => fc.tuple(fc.constant({ values, titles }), fc.subarray(values), fc.boolean()))
  .chain(([{ values, titles }, chosen, isTitled]) =>
    fc
      .record({ minItems: maybe(fc.nat(chosen.length)), more: maybe(fc.nat(3)) })
      .map(({ minItems, more }) => {
        const items = isTitled ? { anyOf: titledValues(values, titles) } : { type: 'string', enum: values };
        return [
          chosen,
          { type: 'array', items, minItems, maxItems: more === undefined ? undefined : chosen.length + more },
        ] as const;
      }),
  );

const anyField = fc.oneof(
  filledField(anyText),
  filledField(formatted),
  filledField(numberOf('number', fc.double({ noNaN: true, noDefaultInfinity: true }))),
  filledField(numberOf('integer', fc.maxSafeInteger())),
  filledField(fc.boolean().map((one) => [one, { type: 'boolean' }] as const)),
  filledField<string>(oneOfSeveral),
  filledField<readonly string[]>(someOfSeveral),
);

const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype'];

const fieldName = fc.oneof(
  title.filter((name) => !PROTOTYPE_NAMES.includes(name)),
  fc.constantFrom('toString', 'hasOwnProperty', 'a.b', '1', '0'),
);

/** Forms of all kinds of fields, each with an answer that fits it. Some optional fields have no value. */
export const filledForm: Arbitrary<FilledForm> = fc
  .uniqueArray(fc.tuple(fieldName, anyField, fc.boolean(), fc.boolean()), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 8,
  })
  .map((fields) => {
    const isFilled = ([, , isRequired, hasValue]: (typeof fields)[number]) => isRequired || hasValue;
    return {
      form: {
        type: 'object',
        properties: Object.fromEntries(fields.map(([name, { field }]) => [name, field])),
        required: fields.filter(([, , isRequired]) => isRequired).map(([name]) => name),
      },
      answer: Object.fromEntries(fields.filter(isFilled).map(([name, { value: one }]) => [name, one])),
    };
  });
