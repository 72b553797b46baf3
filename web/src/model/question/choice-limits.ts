import type { QuestionShape } from '../wire.ts';

type Limits = Pick<QuestionShape, 'min' | 'max'> & { readonly options: readonly unknown[] };

/** Says how many options a person can choose, for example `Choose 1 to 3`. */
export function limitsText({ min, max, options }: Limits): string {
  if (min === max) return `Choose ${min}`;
  const isUpTo = max < options.length;
  if (min === 0) return isUpTo ? `Choose up to ${max}` : 'Choose any';
  return isUpTo ? `Choose ${min} to ${max}` : `Choose at least ${min}`;
}

export const isWithinLimits = (count: number, { min, max }: Pick<Limits, 'min' | 'max'>): boolean =>
  count >= min && count <= max;
