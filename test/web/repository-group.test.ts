import { describe, expect, test } from 'vitest';
import { placeFactsOf, placeOf } from '../../web/src/model/agent-place.ts';
import { neighbourInList, waitingIdsIn } from '../../web/src/model/list-walk.ts';
import { groupByRepository } from '../../web/src/model/repository-group.ts';
import { anInstance, NO_CONTEXT } from './builders.ts';

const inRepository = (id: string, repository: string | null, more: Parameters<typeof anInstance>[0] = {}) =>
  anInstance({ id, context: { ...NO_CONTEXT, repository }, ...more });

const WAITING = { status: 'AWAITING_INPUT' } as const;
const INSTANCES = [
  inRepository('ended', 'acme/api', { status: 'COMPLETED' }),
  inRepository('unknown', null),
  anInstance({ id: 'silent about it', context: null }),
  inRepository('busy', 'acme/api'),
  inRepository('asks', 'Zoo', WAITING),
  inRepository('upper', 'Acme/API'),
];

describe('the list by repository', () => {
  test('has first those in which an agent waits, then the others by name, and last those without one', () => {
    expect(
      groupByRepository(INSTANCES).map(({ repository, instances }) => [
        repository,
        instances.map(({ id }) => id),
      ]),
    ).toEqual([
      ['Zoo', ['asks']],
      ['Acme/API', ['upper']],
      ['acme/api', ['busy', 'ended']],
      [null, ['silent about it', 'unknown']],
    ]);
  });

  test('is walked in its own order, and its waiting agents are found in all groups', () => {
    const waiting = inRepository('asks too', null, WAITING);
    const groups = groupByRepository([...INSTANCES, waiting]);
    expect(waitingIdsIn(groups)).toEqual(['asks', 'asks too']);
    expect(neighbourInList(groups, 'asks', null, 1)).toBe('asks too');
    expect(neighbourInList(groups, 'busy', null, 1)).toBe('ended');
  });
});

describe('where an agent runs', () => {
  const all = {
    ...{ repository: 'acme/shop', branch: 'main', machine: 'anvil', folder: '~/shop' },
    ...{ model: 'opus-5', agent_version: '2.1', terminal: 'tmux' },
  };
  test.each([
    [all, ['acme/shop', 'main', 'anvil']],
    [{ ...all, repository: null, branch: null }, ['~/shop', 'anvil']],
    [{ ...NO_CONTEXT, model: 'opus-5' }, []],
    [null, []],
  ])('%j is shown in a row as %j', (context, place) => {
    expect(placeOf({ context })).toEqual(place);
  });

  test('has a fact for each thing that is known', () => {
    expect(placeFactsOf({ context: all }).map(({ text }) => text)).toEqual(Object.values(all));
    expect(placeFactsOf({ context: { ...NO_CONTEXT, model: 'opus-5' } })).toEqual([
      { label: 'Model', text: 'opus-5' },
    ]);
    expect(placeFactsOf({ context: null })).toEqual([]);
  });
});
