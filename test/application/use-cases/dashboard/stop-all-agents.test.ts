import { expect, test, vi } from 'vitest';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import type { AgentInstanceId } from '../../../../src/domain/ids.ts';
import { aCaller, instanceIdOf } from '../../../support/builders.ts';
import { InMemoryApplication } from '../../in-memory-application.ts';

const caller = aCaller({ scopes: ['dashboard'] });

const start = async (
  application: InMemoryApplication,
  count: number,
): Promise<readonly AgentInstanceId[]> => {
  const ids = Array.from({ length: count }, (_, index) => instanceIdOf(index + 1));
  for (const agent_instance_id of ids) await application.step({ agent_instance_id });
  return ids;
};

const stopAll = (application: InMemoryApplication) =>
  application.call(useCases.stopAllAgents, { reason: 'Going home' }, { caller });

test('the agents of a page are asked at once, and agents that have ended are not even loaded', async () => {
  const application = new InMemoryApplication();
  const ids = await start(application, 120);
  const [ended, waiting] = ids;
  await application.call(
    useCases.setInstanceStatus,
    { agent_instance_id: ended, status: 'COMPLETED' },
    { caller },
  );
  await application.step({ agent_instance_id: waiting, content: 'Go on?', requires_user_input: true });
  const loaded: AgentInstanceId[] = [];
  let running = 0;
  let most = 0;
  const { repository } = application;
  const update = repository.update.bind(repository);
  vi.spyOn(repository, 'update').mockImplementation(async (target, decide) => {
    loaded.push(target.agentInstanceId);
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return update(target, decide);
  });
  expect(await stopAll(application)).toEqual({ stopped: 119 });
  expect(loaded.toSorted()).toEqual(ids.slice(1).toSorted());
  expect(most).toBe(100);
});

test('an agent whose status changes while the lists are read is not missed', async () => {
  const application = new InMemoryApplication();
  const [agent_instance_id] = await start(application, 1);
  await application.step({ agent_instance_id, content: 'Go on?', requires_user_input: true });
  const { queries } = application;
  const list = queries.listInstances.bind(queries);
  vi.spyOn(queries, 'listInstances').mockImplementation(async (userId, criteria) => {
    if (criteria.status === 'AWAITING_INPUT') await application.queue('yes');
    return list(userId, criteria);
  });
  expect(await stopAll(application)).toEqual({ stopped: 1 });
});
