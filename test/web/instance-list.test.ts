import { describe, expect, test, vi } from 'vitest';
import { filterInstances, type ListFilter, NO_FILTER } from '../../web/src/model/list-filter.ts';
import { groupByStatus } from '../../web/src/model/status-group.ts';
import type { InstanceStatus } from '../../web/src/model/wire.ts';
import { anInstance, NO_CONTEXT } from './builders.ts';

const grouped = (...instances: Parameters<typeof anInstance>[0][]) =>
  groupByStatus(instances.map(anInstance)).map(({ statusGroup, instances }) => [
    statusGroup,
    instances.map(({ id }) => id),
  ]);

describe('the list', () => {
  test('shows waiting instances first, then active, silent and ended ones', () => {
    expect(
      grouped(
        { id: 'e', status: 'COMPLETED' },
        { id: 's', status: 'STALE' },
        { id: 'a', status: 'ACTIVE' },
        { id: 'w', status: 'AWAITING_INPUT' },
      ),
    ).toEqual([
      ['waiting', ['w']],
      ['active', ['a']],
      ['stale', ['s']],
      ['ended', ['e']],
    ]);
  });

  test('shows the instance that has waited longest first', () => {
    const waiting = (id: string, latest_message_at: string) => ({
      id,
      status: 'AWAITING_INPUT' as const,
      latest_message_at,
    });
    expect(
      grouped(waiting('short', '2026-01-02T00:00:00.000Z'), waiting('long', '2026-01-01T00:00:00.000Z')),
    ).toEqual([['waiting', ['long', 'short']]]);
  });

  test('active instances keep their order when one of them sends a message', () => {
    const instances = [
      { id: 'first', started_at: '2026-01-01T00:00:00.000Z' },
      { id: 'second', started_at: '2026-01-02T00:00:00.000Z' },
    ];
    const before = grouped(...instances);
    expect(
      grouped({ ...instances[0], latest_message_at: '2026-01-03T00:00:00.000Z' }, instances[1]!),
    ).toEqual(before);
  });

  test('shows an instance with an unknown status, perhaps of a newer server', () => {
    expect(grouped({ status: 'DREAMING' as InstanceStatus })).toEqual([['stale', ['one']]]);
  });
});

describe('the filter', () => {
  const instances = [
    anInstance({ id: '1', name: 'Move orders', latest_message: 'Which DATABASE?' }),
    anInstance({ id: '2', agent_type_name: 'codex', status: 'COMPLETED' }),
  ];
  const found = (change: Partial<ListFilter>) =>
    filterInstances(instances, { ...NO_FILTER, ...change }).map(({ id }) => id);

  test('shows all instances when nothing is chosen', () => {
    expect(found({})).toEqual(['1', '2']);
  });

  test('finds instances that contain every word, in any field and in upper or lower case', () => {
    expect(found({ searchText: 'database ORDERS' })).toEqual(['1']);
    expect(found({ searchText: 'database codex' })).toEqual([]);
  });

  test('finds instances by where they run, also by what their rows do not show', () => {
    const context = { ...NO_CONTEXT, repository: 'acme/Shop', branch: 'fix-login', folder: '~/wörk' };
    const all = [anInstance({ id: 'here', context }), anInstance({ id: 'there' })];
    for (const searchText of ['shop', 'FIX-login acme', 'work'])
      expect(filterInstances(all, { ...NO_FILTER, searchText }).map(({ id }) => id)).toEqual(['here']);
    // What is not known is no text.
    expect(filterInstances(all, { ...NO_FILTER, searchText: 'null' })).toEqual([]);
  });

  test('combines status group and agent type', () => {
    expect(found({ statusGroup: 'ended' })).toEqual(['2']);
    expect(found({ agentType: 'claude-code' })).toEqual(['1']);
    expect(found({ statusGroup: 'ended', agentType: 'claude-code' })).toEqual([]);
  });

  test.each([
    ['ci fix', 'CI FIX'],
    ['CI FIX', 'ci fix'],
    ['cı fıx', 'CI FIX'],
    ['istanbul', 'İSTANBUL'],
    ['İstanbul', 'istanbul'],
    ['strasse', 'Straße'],
    ['STRASSE', 'straße'],
    ['Straße', 'STRASSE'],
    ['cafe', 'Caf\u00e9'],
    ['caf\u00e9', 'Cafe\u0301'],
    ['cafe\u0301', 'CAF\u00c9'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδοσ', 'ΟΔΟΣ'],
    ['ёлка', 'ЕЛКА'],
    ['ﬁx', 'FIX'],
    ['ＣＩ', 'ci'],
    ['한국', '\u1112\u1161\u11ab국'.normalize('NFD')],
  ])('finds %s in %s, whatever the language of the browser', (searchText, name) => {
    const all = [anInstance({ id: 'it', name }), anInstance({ id: 'other', name: 'something else' })];
    const turkish = vi.spyOn(String.prototype, 'toLocaleLowerCase');
    turkish.mockImplementation(function (this: string) {
      return this.replaceAll('I', 'ı').toLowerCase();
    });
    expect(filterInstances(all, { ...NO_FILTER, searchText }).map(({ id }) => id)).toEqual(['it']);
    turkish.mockRestore();
  });

  test('does not find a word whose vowels are other marks', () => {
    const hindi = [anInstance({ name: 'कि' })];
    expect(filterInstances(hindi, { ...NO_FILTER, searchText: 'का' })).toEqual([]);
  });
});
