import { valueProblem } from './field-value.ts';
import type { FormField, MultiSelectField, NumberField, TextField } from './form.ts';
import { offeredValues } from './offered-values.ts';

/** Why a field can have no sensible value. `keyword` is the part of the field that must change. */
export interface FieldIssue {
  readonly keyword: string;
  readonly message: string;
}

/** Checks that the keywords of a field agree with each other, and that its default is one of its values. */
export function fieldIssues(field: FormField): readonly FieldIssue[] {
  const issues = [...offerIssues(field), ...rangeIssues(field)];
  const problem = field.default === undefined ? null : valueProblem(field, field.default);
  return problem === null ? issues : [...issues, { keyword: 'default', message: problem }];
}

function offerIssues(field: FormField): FieldIssue[] {
  const issues: FieldIssue[] = [];
  const offered = offeredValues(field) ?? [];
  if (new Set(offered.map((one) => one.const)).size < offered.length) {
    const keyword = ['enum', 'oneOf', 'items'].find((name) => name in field)!;
    issues.push({ keyword, message: 'must not have a value twice' });
  }
  const titles = 'enum' in field ? field.enumNames : undefined;
  if (titles !== undefined && titles.length !== offered.length)
    issues.push({ keyword: 'enumNames', message: 'must have a title for each value of enum' });
  return issues;
}

function rangeIssues(field: FormField): FieldIssue[] {
  switch (field.type) {
    case 'array':
      return selectionIssues(field);
    case 'number':
    case 'integer':
      return numberIssues(field);
    case 'string':
      return lengthIssues(field);
    case 'boolean':
      return [];
  }
}

function selectionIssues(field: MultiSelectField): FieldIssue[] {
  const { minItems = 0, maxItems = Infinity } = field;
  const issues: FieldIssue[] = [];
  if (minItems > maxItems) issues.push({ keyword: 'maxItems', message: 'must not be less than minItems' });
  if (minItems > offeredValues(field)!.length)
    issues.push({ keyword: 'minItems', message: 'must not be more than there are values' });
  return issues;
}

function numberIssues({ type, minimum = -Infinity, maximum = Infinity }: NumberField): FieldIssue[] {
  if (minimum > maximum) return [{ keyword: 'maximum', message: 'must not be less than minimum' }];
  if (type === 'integer' && Math.ceil(minimum) > maximum)
    return [{ keyword: 'maximum', message: 'must not leave out every whole number' }];
  return [];
}

/** A field with a selection has no lengths. */
const lengthIssues = ({ minLength = 0, maxLength = Infinity }: TextField): FieldIssue[] =>
  minLength > maxLength ? [{ keyword: 'maxLength', message: 'must not be less than minLength' }] : [];
