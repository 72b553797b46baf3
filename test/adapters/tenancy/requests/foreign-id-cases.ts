import type * as v from 'valibot';
import type { UseCase } from '../../../../src/application/use-case.ts';
import type { Tenant } from '../fixture/tenant.ts';
import {
  EXCLUDED_BY,
  ID_FIELDS,
  type IdKind,
  type IdsByKind,
  INSTANCE_OF,
  OTHER_FIELDS,
} from './id-fields.ts';

type Fields = { readonly [field: string]: unknown };

/** One request in which some fields contain ids of another tenant. */
export interface ForeignIdCase {
  readonly name: string;
  /** The fields that contain another tenant's ids, with the kinds of these ids. */
  readonly kinds: { readonly [field: string]: IdKind };
  /** The fields that contain the caller's own ids. */
  readonly own: readonly string[];
  /** The fields without ids, with their values. */
  readonly others: Fields;
}

const entriesOf = ({ input }: UseCase) => (input as unknown as { entries: v.ObjectEntries }).entries;

export const fieldsOf = (useCase: UseCase): string[] => Object.keys(entriesOf(useCase));

/** Returns the fields that are in neither list of `id-fields.ts`. */
export const unclassifiedFields = (fields: readonly string[]): string[] =>
  fields.filter((field) => !Object.hasOwn(ID_FIELDS, field) && !Object.hasOwn(OTHER_FIELDS, field));

/** Returns every way to put foreign ids into these fields of a use case. */
export function foreignIdCases(useCase: UseCase, fields = fieldsOf(useCase)): ForeignIdCase[] {
  const ids = fields.filter((field) => Object.hasOwn(ID_FIELDS, field));
  const required = ids.filter((field) => entriesOf(useCase)[field]?.type !== 'optional');
  const excludedBy = (present: readonly string[]): ReadonlySet<string> => {
    const lists = present.flatMap((field) => {
      const excluded = EXCLUDED_BY[field];
      return excluded !== undefined && fields.includes(excluded[0]) ? [excluded] : [];
    });
    return new Set(lists.flat());
  };
  const createCase = (name: string, kinds: ForeignIdCase['kinds'], own: readonly string[]): ForeignIdCase => {
    const excludedByIds = excludedBy([...Object.keys(kinds), ...own]);
    const mine = own.filter((field) => !Object.hasOwn(kinds, field) && !excludedByIds.has(field));
    const candidates = fields.filter(
      (field) => Object.hasOwn(OTHER_FIELDS, field) && !excludedByIds.has(field),
    );
    const excluded = excludedBy(candidates);
    const others = candidates.filter((field) => !excluded.has(field));
    return {
      name,
      kinds,
      own: mine,
      others: Object.fromEntries(others.map((field) => [field, OTHER_FIELDS[field]])),
    };
  };

  const ownFields = ids.filter((field) => !Object.hasOwn(EXCLUDED_BY, field));
  const singleIdCases = ids.flatMap((field) =>
    ID_FIELDS[field]!.flatMap((kind) => [
      createCase(`${field}: ${kind}`, { [field]: kind }, required),
      ...(ownFields.length > required.length
        ? [createCase(`${field}: ${kind}, own ids elsewhere`, { [field]: kind }, ownFields)]
        : []),
    ]),
  );
  // Requests with the ids of a message and of its instance: the caller may own an instance with the same id.
  const messageInInstanceCases = ids.includes('agent_instance_id')
    ? ids.flatMap((field) =>
        ID_FIELDS[field]!.flatMap((kind) => {
          const instance = INSTANCE_OF[kind];
          if (instance === undefined) return [];
          return [
            createCase(
              `${field}: ${kind}, in its instance`,
              { [field]: kind, agent_instance_id: instance },
              required,
            ),
          ];
        }),
      )
    : [];
  return [createCase('only own ids', {}, required), ...singleIdCases, ...messageInInstanceCases];
}

/** Returns the foreign ids of a case, by field. */
export const idsNamedBy = ({ kinds }: ForeignIdCase, ids: IdsByKind): { [field: string]: string } =>
  Object.fromEntries(Object.entries(kinds).map(([field, kind]) => [field, ids[kind]]));

/** Builds the input of a case, with `named` as its foreign ids. */
export function inputOf(
  { own, others }: ForeignIdCase,
  named: Fields,
  { ids }: Tenant,
): { [field: string]: unknown } {
  const mine = own.map((field) => [field, ids[ID_FIELDS[field]![0]]]);
  return { ...others, ...Object.fromEntries(mine), ...named };
}

/** Returns the kinds of the caller's own ids in a case, so that another tenant can name the same ids. */
export const kindsOfOwnIds = ({ own }: ForeignIdCase): ForeignIdCase['kinds'] =>
  Object.fromEntries(own.map((field) => [field, ID_FIELDS[field]![0]]));
