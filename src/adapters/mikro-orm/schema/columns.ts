import { type EntitySchemaWithMeta, types, UnderscoreNamingStrategy } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';
import type { Selectable } from 'kysely';

/** A row of an entity's table, by property, with TypeScript's types. */
export type Row<Entity extends EntitySchemaWithMeta> = Selectable<
  InferKyselyTable<Entity, { columnNamingStrategy: 'property' }>
>;

/** The values as PostgreSQL writes them into JSON: a time is a text. */
export type AsJson<Values> = { readonly [Name in keyof Values]: ReplaceDate<Values[Name], string> };
/** The values as `selectedFrom` selects them: a time is a number of seconds since 1970. */
export type AsSelected<Values> = { readonly [Name in keyof Values]: ReplaceDate<Values[Name], number> };
/**
 * The values that a statement reads from JSON. What is undefined is absent there, and null for PostgreSQL.
 */
export type AsInput<Values> = {
  readonly [Name in keyof Values]: null extends Values[Name] ? Values[Name] | undefined : Values[Name];
};
type ReplaceDate<Value, Time> = Value extends Date ? Time : Value;

/** The values of a list of columns, by the name of the property. */
export type ValuesOf<SomeColumns> = SomeColumns extends Columns<infer Values> ? Readonly<Values> : never;

interface Column {
  readonly property: string;
  readonly name: string;
  readonly type: string;
}

/** The SQL type for each type of the entities. The `columnType` of a property takes precedence. */
const SQL_TYPES = new Map<unknown, string>([
  [types.text, 'text'],
  [types.uuid, 'uuid'],
  [types.integer, 'int'],
  [types.boolean, 'boolean'],
  [types.json, 'jsonb'],
]);

const naming = new UnderscoreNamingStrategy();

/**
 * Columns of one table, for the texts of hand-written statements. The entity defines them: a new property is
 * part of every list, except those that leave it out by name.
 *
 * JSON values and results use the names of the properties ("lastPosition"). Tables use the names of the
 * columns (last_position).
 */
export class Columns<Values> {
  readonly list: readonly Column[];

  constructor(list: readonly Column[]) {
    this.list = list;
  }

  /** Returns the list without these columns. */
  except<Name extends keyof Values>(...names: readonly Name[]): Columns<Omit<Values, Name>> {
    const omitted: readonly PropertyKey[] = names;
    return new Columns(this.list.filter(({ property }) => !omitted.includes(property)));
  }

  /** The names for `insert into t (…)`: user_id, last_position. */
  get names(): string {
    return this.#join(({ name }) => name);
  }

  /** The fields for `json_to_recordset(…) as i(…)`: "userId" text, "lastPosition" int. */
  get fields(): string {
    return this.#join(({ property, type }) => `"${property}" ${type}`);
  }

  /** Returns the expressions that read the fields of a record set: i."userId", i."lastPosition". */
  fieldsOf(alias: string): string {
    return this.#join(({ property }) => `${alias}."${property}"`);
  }

  /** Returns the assignments for `update t set …` from a record set: last_position = i."lastPosition". */
  assignedFrom(alias: string): string {
    return this.#join(({ name, property }) => `${name} = ${alias}."${property}"`);
  }

  /**
   * Returns the expressions for `select …`: a.last_position as "lastPosition". A time becomes a number of
   * seconds since 1970, because the text of a time is slower to parse.
   */
  selectedFrom(alias: string): string {
    return this.#join(({ property, name, type }) => {
      const column = `${alias}.${name}`;
      return `${type.startsWith('timestamptz') ? `date_part('epoch', ${column})` : column} as "${property}"`;
    });
  }

  /**
   * Returns the expression for a row as one JSON object: json_build_object('lastPosition', a.last_position).
   */
  jsonFrom(alias: string): string {
    return `json_build_object(${this.#join(({ property, name }) => `'${property}', ${alias}.${name}`)})`;
  }

  #join(format: (column: Column) => string): string {
    return this.list.map(format).join(', ');
  }
}

/** Returns all columns of an entity's table, in the order of its properties. */
export function columnsOf<Entity extends EntitySchemaWithMeta>({ meta }: Entity): Columns<Row<Entity>> {
  return new Columns(
    Object.entries(meta.properties).map(([property, { type, columnTypes, ...options }]) => {
      const { columnType = SQL_TYPES.get(type) } = options as { columnType?: string };
      if (columnType === undefined) throw new Error(`no SQL type is known for ${meta.className}.${property}`);
      return { property, name: naming.propertyToColumnName(property), type: columnType };
    }),
  );
}
