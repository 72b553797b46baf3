import * as v from 'valibot';
import { MAX_DESCRIPTION_LENGTH, MAX_VALUE_LENGTH } from '../../../domain/question/choice.ts';
import { MAX_FIELD_VALUES, MAX_TITLE_LENGTH } from '../../../domain/question/form.ts';
import { isBlank, NOT_BLANK_PATTERN, TEXT_PATTERN } from '../../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../../domain/text/code-points.ts';

// Each of these schemas has its own message, because the issues of a field are passed on with their messages.

export const text = v.pipe(v.string('must be a text'), v.metadata({ pattern: TEXT_PATTERN }));

const shortText = (maximum: number) =>
  v.pipe(
    text,
    v.check(
      (value) => hasAtMostCodePoints(value, maximum),
      `must be at most ${maximum.toLocaleString('en-US')} characters`,
    ),
    v.metadata({ maxLength: maximum }),
  );

/** A title of a form, of a field or of a value. */
export const title = v.pipe(
  shortText(MAX_TITLE_LENGTH),
  v.check((value) => !isBlank(value), 'must not be empty'),
  v.metadata({ minLength: 1, pattern: NOT_BLANK_PATTERN }),
);

export const description = shortText(MAX_DESCRIPTION_LENGTH);

export const titleAndDescription = {
  title: v.exactOptional(title),
  description: v.exactOptional(description),
};

export const number = v.pipe(v.number('must be a number'), v.finite('must be a number'));

export const count = v.pipe(
  v.number('must be a whole number'),
  v.integer('must be a whole number'),
  v.minValue(0, 'must be at least 0'),
);

/** An object without further keywords. The message names a keyword that is unknown. */
export const keywords = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected, received, path }) => {
    if (expected === 'never') return `${String(path?.at(-1)?.key)} is not supported here`;
    return received === 'undefined' ? 'is required' : 'must be an object';
  });

const offered = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(
    v.array(item, 'must be a list'),
    v.minLength(1, 'must not be empty'),
    v.maxLength(MAX_FIELD_VALUES, `must have at most ${MAX_FIELD_VALUES} values`),
  );

const value = v.pipe(
  shortText(MAX_VALUE_LENGTH),
  v.check((one) => one !== '', 'must not be empty'),
  v.metadata({ minLength: 1 }),
);

/** What a field with a selection offers: values, their titles, or both together. */
export const values = v.pipe(offered(value), v.metadata({ uniqueItems: true }));
export const titles = offered(title);
export const titledValues = offered(keywords({ const: value, title }));
