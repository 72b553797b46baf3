import { expect, expectTypeOf, test } from 'vitest';
import {
  type AsJson,
  type AsSelected,
  columnsOf,
  type ValuesOf,
} from '../../../src/adapters/mikro-orm/schema/columns.ts';
import { AgentTypeRow, entities } from '../../../src/adapters/mikro-orm/schema/entities.ts';
import type { AgentTypeId, UserId } from '../../../src/domain/ids.ts';
import { openMigratedPglite } from '../../support/servers/migrated-data-dir.ts';

test('columns have the names and types that the ORM gives them', async () => {
  const database = await openMigratedPglite();
  for (const entity of entities) {
    const { props } = database.orm.getMetadata().get(entity.class);
    expect(columnsOf(entity).list).toEqual(
      props.map(({ name, fieldNames, columnTypes }) => ({
        property: name,
        name: fieldNames[0],
        type: columnTypes[0],
      })),
    );
  }
  await database.close();
});

const AGENT_TYPE = columnsOf(AgentTypeRow);

test('a list has every column that it does not leave out by name', () => {
  const { names } = AGENT_TYPE;
  expect(names).toBe('user_id, id, name, created_at');
  expect(AGENT_TYPE.except('id', 'createdAt').names).toBe('user_id, name');
});

test('a property that does not exist does not compile', () => {
  // @ts-expect-error There is no such property.
  expect(AGENT_TYPE.except('nickname').names).toBe(AGENT_TYPE.names);
  const left = AGENT_TYPE.except('id');
  // @ts-expect-error It is left out already.
  expect(left.except('id').names).toBe(left.names);
});

test('the values of a list have the types of the entity', () => {
  type Values = ValuesOf<typeof AGENT_TYPE>;
  expectTypeOf<Values>().toEqualTypeOf<{
    readonly userId: UserId;
    readonly id: AgentTypeId;
    readonly name: string;
    readonly createdAt: Date;
  }>();
  expectTypeOf<AsJson<Values>['createdAt']>().toEqualTypeOf<string>();
  expectTypeOf<AsSelected<Values>['createdAt']>().toEqualTypeOf<number>();
});

test('each part of a statement is made of the list', () => {
  const list = AGENT_TYPE.except('userId', 'id');
  expect(list.fields).toBe('"name" text, "createdAt" timestamptz(3)');
  expect(list.fieldsOf('i')).toBe('i."name", i."createdAt"');
  expect(list.assignedFrom('i')).toBe('name = i."name", created_at = i."createdAt"');
  expect(list.selectedFrom('a')).toBe(`a.name as "name", date_part('epoch', a.created_at) as "createdAt"`);
  expect(list.jsonFrom('a')).toBe(`json_build_object('name', a.name, 'createdAt', a.created_at)`);
});
