import { hasAtMostCodePoints } from '../text/code-points.ts';
import { cutText } from '../text/graphemes.ts';
import type {
  FormField,
  MultiSelectField,
  NumberField,
  SelectField,
  TextField,
  TitledValue,
} from './form.ts';
import { offeredBy } from './offered-values.ts';
import { formatProblem } from './text-formats.ts';

/** How much of a list of values an error shows, in UTF-16 units. The list may be as long as the form. */
const MAX_SHOWN_LENGTH = 500;

/** Says what the value of a field must be; null if it is so. */
export function valueProblem(field: FormField, value: unknown): string | null {
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'number':
    case 'integer':
      return numberProblem(field, value);
    case 'array':
      return selectionProblem(field, value);
    case 'string':
      if (typeof value !== 'string') return 'must be a text';
      return 'enum' in field || 'oneOf' in field ? choiceProblem(field, value) : textProblem(field, value);
  }
}

function numberProblem({ type, minimum, maximum }: NumberField, value: unknown): string | null {
  // JSON can have a number such as 1e999, which JavaScript reads as infinite.
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  if (type === 'integer' && !Number.isInteger(value)) return 'must be a whole number';
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
  return null;
}

function textProblem({ format, minLength, maxLength }: TextField, text: string): string | null {
  if (minLength !== undefined && hasAtMostCodePoints(text, minLength - 1))
    return `must be at least ${counted(minLength, 'character')}`;
  if (maxLength !== undefined && !hasAtMostCodePoints(text, maxLength))
    return `must be at most ${counted(maxLength, 'character')}`;
  return format === undefined ? null : formatProblem(format, text);
}

function choiceProblem(field: SelectField, value: string): string | null {
  const offered = offeredBy(field);
  return offered.some((one) => one.const === value) ? null : `must be one of: ${listed(offered)}`;
}

function selectionProblem(field: MultiSelectField, values: unknown): string | null {
  if (!Array.isArray(values)) return 'must be a list';
  const { minItems = 0, maxItems = Infinity } = field;
  const offered = offeredBy(field);
  const unused = new Set<unknown>(offered.map((one) => one.const));
  const known = new Set(unused);
  for (const value of values) {
    if (!known.has(value)) return `must have only values of: ${listed(offered)}`;
    if (!unused.delete(value)) return 'must not have a value twice';
  }
  if (values.length < minItems) return `must have at least ${counted(minItems, 'value')}`;
  if (values.length > maxItems) return `must have at most ${counted(maxItems, 'value')}`;
  return null;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function listed(offered: readonly TitledValue[]): string {
  const list = offered.map((one) => one.const).join(', ');
  const shown = cutText(list, MAX_SHOWN_LENGTH);
  return shown === list ? list : `${shown} …`;
}
