import type { FormAnswer, FormField, FormValue, QuestionForm } from '../../../../src/domain/question/form.ts';

/** What the fields of a form contain, by name: a text, a tick, or the chosen values. Has every field. */
export type FormEntries = { readonly [name: string]: Entry };
export type Entry = string | boolean | readonly string[];

/** Returns the entries of a form that nobody has changed: its defaults. */
export const initialEntries = (form: QuestionForm): FormEntries =>
  entriesOf(form, (field) => field.default ?? null);

/** Returns the entries of a form that was filled in before. */
export const entriesOfAnswer = (form: QuestionForm, answer: FormAnswer): FormEntries =>
  entriesOf(form, (_, name) => (Object.hasOwn(answer, name) ? answer[name]! : null));

function entriesOf(
  { properties }: QuestionForm,
  readValue: (field: FormField, name: string) => FormValue | null,
): FormEntries {
  const entries = Object.entries(properties).map(([name, field]) => [
    name,
    toEntry(field, readValue(field, name)),
  ]);
  return Object.fromEntries(entries);
}

export const areSame = (one: FormEntries, other: FormEntries): boolean =>
  Object.entries(one).every(([name, entry]) => `${entry}` === `${other[name]}`);

function toEntry(field: FormField, value: FormValue | null): Entry {
  if (field.type === 'boolean') return value === true;
  if (field.type === 'array') return Array.isArray(value) ? (value as readonly string[]) : [];
  if (value === null) return '';
  return isDateTime(field) ? localDateTime(String(value)) : String(value);
}

/**
 * Returns what a person has filled in, in the form of the API. Empty fields are absent. A text that is no
 * number stays a text, so that the check of the form finds it.
 */
export function valuesOfEntries(
  { properties, required = [] }: QuestionForm,
  entries: FormEntries,
): FormAnswer {
  const values = Object.entries(properties).map(([name, field]): [string, FormValue | null] => [
    name,
    toValue(field, Object.hasOwn(entries, name) ? entries[name]! : '', required.includes(name)),
  ]);
  return Object.fromEntries(values.filter((entry): entry is [string, FormValue] => entry[1] !== null));
}

function toValue(field: FormField, entry: Entry, isRequired: boolean): FormValue | null {
  if (field.type === 'boolean') return entry === true;
  // An empty list is a value: a required field may have it.
  if (field.type === 'array')
    return typeof entry === 'object' && (isRequired || entry.length > 0) ? entry : null;
  if (typeof entry !== 'string' || entry.trim() === '') return null;
  if (field.type === 'number' || field.type === 'integer') {
    const number = Number(entry);
    return Number.isFinite(number) ? number : entry;
  }
  if (isDateTime(field)) return withOffset(entry);
  return 'format' in field ? entry.trim() : entry;
}

const isDateTime = (field: FormField): boolean => 'format' in field && field.format === 'date-time';

/** Returns a time as browsers take it in a field: in the local time zone, and without the name of one. */
function localDateTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
  return local.slice(0, date.getSeconds() === 0 ? 16 : 19);
}

/** Adds the offset of the local time zone to a time from a field (RFC 3339). */
function withOffset(local: string): string {
  const offset = -new Date(local).getTimezoneOffset();
  if (Number.isNaN(offset)) return local;
  const twoDigits = (number: number) => String(Math.floor(number)).padStart(2, '0');
  const absolute = Math.abs(offset);
  const seconds = local.length === 16 ? ':00' : '';
  return `${local}${seconds}${offset < 0 ? '-' : '+'}${twoDigits(absolute / 60)}:${twoDigits(absolute % 60)}`;
}
