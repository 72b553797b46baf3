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

/** One request in which some fields name what does not belong to the caller. */
export interface ForeignIdCase {
  readonly name: string;
  readonly kinds: { readonly [field: string]: IdKind };
  /** Fields that name something of the caller's own. */
  readonly own: readonly string[];
  readonly others: Fields;
}

const entriesOf = ({ input }: UseCase) => (input as unknown as { entries: v.ObjectEntries }).entries;

export const fieldsOf = (useCase: UseCase): string[] => Object.keys(entriesOf(useCase));

/** Returns the fields that are in neither list of `id-fields.ts`. */
export const unclassifiedFields = (fields: readonly string[]): string[] =>
  fields.filter((field) => !Object.hasOwn(ID_FIELDS, field) && !Object.hasOwn(OTHER_FIELDS, field));

/** Returns every way to name a foreign id in these fields of a use case. */
export function foreignIdCases(useCase: UseCase, fields = fieldsOf(useCase)): ForeignIdCase[] {
  const ids = fields.filter((field) => Object.hasOwn(ID_FIELDS, field));
  const required = ids.filter((field) => entriesOf(useCase)[field]?.type !== 'optional');
  const createCase = (name: string, kinds: ForeignIdCase['kinds'], own: readonly string[]): ForeignIdCase => {
    const mine = own.filter((field) => !Object.hasOwn(kinds, field));
    const replaced = new Set([...Object.keys(kinds), ...mine].map((field) => EXCLUDED_BY[field]));
    const others = fields.filter((field) => Object.hasOwn(OTHER_FIELDS, field) && !replaced.has(field));
    return {
      name,
      kinds,
      own: mine,
      others: Object.fromEntries(others.map((field) => [field, OTHER_FIELDS[field]])),
    };
  };

  const ownFields = ids.filter((field) => !Object.hasOwn(EXCLUDED_BY, field));
  const single = ids.flatMap((field) =>
    ID_FIELDS[field]!.flatMap((kind) => [
      createCase(`${field}: ${kind}`, { [field]: kind }, required),
      ...(ownFields.length > required.length
        ? [createCase(`${field}: ${kind}, own ids elsewhere`, { [field]: kind }, ownFields)]
        : []),
    ]),
  );
  // A message together with its instance, because the caller may own an instance of the same id.
  const together = ids.includes('agent_instance_id')
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
  return [createCase('only own ids', {}, required), ...single, ...together];
}

/** Returns the ids that a case names, by field. */
export const idsNamedBy = ({ kinds }: ForeignIdCase, ids: IdsByKind): { [field: string]: string } =>
  Object.fromEntries(Object.entries(kinds).map(([field, kind]) => [field, ids[kind]]));

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
