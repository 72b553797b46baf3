import { describe, expect, test } from 'vitest';
import { filterInstances, NO_FILTER } from '../../web/src/model/list-filter.ts';
import { groupByStatus } from '../../web/src/model/status-group.ts';
import type { InstanceStatus } from '../../web/src/model/wire.ts';
import { anInstance } from './builders.ts';

const order = (...instances: Parameters<typeof anInstance>[0][]) =>
  groupByStatus(instances.map(anInstance)).map(({ statusGroup: need, instances }) => [
    need,
    instances.map(({ id }) => id),
  ]);

describe('the list', () => {
  test('shows who waits first, then who works, who is silent, and who has ended', () => {
    expect(
      order(
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

  test('shows first who has waited longest', () => {
    const waits = (id: string, latest_message_at: string) => ({
      id,
      status: 'AWAITING_INPUT' as const,
      latest_message_at,
    });
    expect(
      order(waits('short', '2026-01-02T00:00:00.000Z'), waits('long', '2026-01-01T00:00:00.000Z')),
    ).toEqual([['waiting', ['long', 'short']]]);
  });

  test('active ones keep their places when one of them says something', () => {
    const instances = [
      { id: 'first', started_at: '2026-01-01T00:00:00.000Z' },
      { id: 'second', started_at: '2026-01-02T00:00:00.000Z' },
    ];
    const before = order(...instances);
    expect(order({ ...instances[0], latest_message_at: '2026-01-03T00:00:00.000Z' }, instances[1]!)).toEqual(
      before,
    );
  });

  test('shows a status that only a newer server knows', () => {
    expect(order({ status: 'DREAMING' as InstanceStatus })).toEqual([['stale', ['one']]]);
  });
});

describe('the filter', () => {
  const instances = [
    anInstance({ id: '1', name: 'Move orders', latest_message: 'Which DATABASE?' }),
    anInstance({ id: '2', agent_type_name: 'codex', status: 'COMPLETED' }),
  ];
  const found = (change: object) =>
    filterInstances(instances, { ...NO_FILTER, ...change }).map(({ id }) => id);

  test('lets all pass when nothing is asked for', () => {
    expect(found({})).toEqual(['1', '2']);
  });

  test('finds every word, in any place and case', () => {
    expect(found({ words: 'database ORDERS' })).toEqual(['1']);
    expect(found({ words: 'database codex' })).toEqual([]);
  });

  test('chooses by need and by type, together', () => {
    expect(found({ need: 'ended' })).toEqual(['2']);
    expect(found({ agentType: 'claude-code' })).toEqual(['1']);
    expect(found({ need: 'ended', agentType: 'claude-code' })).toEqual([]);
  });
});
