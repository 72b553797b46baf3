import type * as v from 'valibot';
import type { InputIssue } from '../errors.ts';

type Issue = v.BaseIssue<unknown>;

/** Says what is wrong with an input, in words for people. */
export const inputIssues = (issues: readonly Issue[]): InputIssue[] =>
  issues.flatMap((issue) => explain(issue, ''));

/**
 * An input that no schema of a union accepts may still have the form of one of them. Then what is wrong
 * inside says more than that it is none of them.
 */
function explain(issue: Issue, parentPath: string): InputIssue[] {
  const keys = issue.path?.map(({ key }) => String(key)) ?? [];
  const path = [...(parentPath === '' ? [] : [parentPath]), ...keys].join('.');
  const inside = issue.type === 'union' ? (issue.issues?.filter((one) => one.path !== undefined) ?? []) : [];
  if (inside.length > 0) return inside.flatMap((one) => explain(one, path));
  return [{ path, message: reasonOf(issue) }];
}

/**
 * Says why a part of an input was refused. Valibot's own messages are not used, because they repeat the
 * whole input, which may have megabytes and contain secrets. The messages of our own checks do not repeat the
 * input, so they are used as they are.
 */
function reasonOf({ kind, type, expected, received, message }: Issue): string {
  if (received === 'undefined') return 'is required';
  return kind === 'schema' && type !== 'custom'
    ? `must be ${inWords(expected ?? 'something else')}`
    : message;
}

/** What Valibot calls the kinds of JSON values. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['Array', 'a list'],
  ['Object', 'an object'],
]);

/** Says `(string | Array)` as `a text or a list`. */
function inWords(expected: string): string {
  const kinds = expected.replace(/^\((.*)\)$/, '$1').split(' | ');
  const words = kinds.map((kind) => WORDS.get(kind) ?? kind);
  const last = words.pop()!;
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}
