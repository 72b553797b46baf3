import { beforeEach, describe, expect, test, vi } from 'vitest';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import {
  DeliveryUpdates,
  type LiveDeliveries,
} from '../../../../src/application/live/observers/delivery-updates.ts';
import { ObservedInstance } from '../../../../src/application/live/observers/observed-instance.ts';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { aNotification } from '../../../../src/contracts/notification-builders.ts';
import type { AgentInstanceId, MessageId, NotificationId, UserId } from '../../../../src/domain/ids.ts';
import { outcomeNotificationId } from '../../../../src/domain/notification/callback.ts';
import { inMemory } from '../../../adapters/koa/test-server.ts';
import { aCaller, instanceIdOf } from '../../../support/builders.ts';

const { userId } = aCaller();
const watched = instanceIdOf(1) as AgentInstanceId;

const messageOf = (id: string) => id as MessageId;
const idsOf = (...ids: string[]) => ids.flatMap((id) => [id, outcomeNotificationId(messageOf(id))]);

/** Finds one notification of each message, and none that tells a program the outcome. */
const found = (ids: readonly NotificationId[]) =>
  ids
    .filter((_, nth) => nth % 2 === 0)
    .map((id) => aNotification({ id, messageId: messageOf(id), agentInstanceId: watched }));

describe('deliveries for live streams', () => {
  let signals: InProcessSignals;
  let reads: string[][];
  let read: string[];
  let given: string[][];
  let updates: DeliveryUpdates;
  const logger = { warn: vi.fn() };
  const find = vi.fn<LiveDeliveries['notifications']['find']>();

  beforeEach(() => {
    signals = new InProcessSignals();
    [reads, read, given] = [[], [], []];
    logger.warn.mockReset();
    find.mockReset().mockImplementation(async (_user, ids) => {
      reads.push([...ids]);
      return found(ids);
    });
    updates = new DeliveryUpdates(
      { signals, notifications: { find } },
      {
        ...{ userId, logger },
        isWatched: (id) => id === watched,
        onRead: ({ messageId, notifications }) => {
          read.push(messageId);
          given.push(notifications.map(({ id }) => id));
        },
      },
    );
  });

  const signal = (id: string, agentInstanceId = watched) =>
    signals.publishDeliveries([{ userId, agentInstanceId, messageId: messageOf(id) }]);

  test('are read together if they change together, and those that change meanwhile once more', async () => {
    for (const id of ['a', 'b', 'a']) signal(id);
    find.mockImplementationOnce(async (_user, ids) => {
      reads.push([...ids]);
      for (const id of ['a', 'c', 'c']) signal(id);
      await new Promise(setImmediate);
      expect(reads).toHaveLength(1);
      return found(ids);
    });
    await vi.waitUntil(() => read.length === 4);
    expect(reads).toEqual([idsOf('a', 'b'), idsOf('a', 'c')]);
    expect(read).toEqual(['a', 'b', 'a', 'c']);
  });

  test('of a message are given together, also what a program is told of its outcome', async () => {
    find.mockImplementation(async (_user, ids) =>
      ids.map((id) => aNotification({ id, messageId: messageOf('a'), agentInstanceId: watched })),
    );
    signal('a');
    await vi.waitUntil(() => read.length > 0);
    expect(given).toEqual([idsOf('a')]);
  });

  test('are not read for an instance that nobody watches', async () => {
    signal('other', instanceIdOf(2) as AgentInstanceId);
    signal('a');
    await vi.waitUntil(() => read.length === 1);
    expect(reads).toEqual([idsOf('a')]);
  });

  test('are not read for another user, nor after the last stream has closed', async () => {
    const messageId = messageOf('a');
    signals.publishDeliveries([{ userId: 'eve' as UserId, agentInstanceId: watched, messageId }]);
    signal('a');
    updates.close();
    signal('b');
    await new Promise(setImmediate);
    expect(reads).toEqual([]);
  });

  test('are read at the next change if a read has failed', async () => {
    const err = new Error('no database');
    find.mockRejectedValueOnce(err);
    signal('a');
    await vi.waitUntil(() => logger.warn.mock.calls.length === 1);
    expect(logger.warn.mock.calls[0]).toEqual([{ err }, expect.any(String)]);
    signal('b');
    await vi.waitUntil(() => read.length === 1);
    expect(read).toEqual(['b']);
  });
});

test('deliveries are published after the message that is being read', async () => {
  const application = inMemory();
  const { dispatch, queries } = application;
  const input = { agent_instance_id: watched, agent_type: 'codex', content: 'Deploy?' };
  await dispatch(useCases.sendAgentMessage, { caller: aCaller({ scopes: ['agent'] }), input });
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const changesSince = queries.changesSince.bind(queries);
  queries.changesSince = async (...request) => {
    await isReleased;
    return changesSince(...request);
  };
  const observed = new ObservedInstance(application, userId, watched, { version: 0, position: 0 });
  const types: string[] = [];
  const message = { agentInstanceId: watched, messageId: messageOf('a'), notifications: [] };
  observed.attach({
    onChanges: ({ changeEvents }) => void types.push(...changeEvents.map(({ type }) => type)),
  });
  observed.catchUpTo(1);
  observed.publishDeliveries(message);
  expect(types).toEqual([]);
  release();
  await vi.waitUntil(() => types.includes('delivery_update'));
  expect(types).toEqual(['status_update', 'message', 'delivery_update']);
  observed.publishDeliveries(message);
  expect(types.at(-1)).toBe('delivery_update');
  observed.close();
});
