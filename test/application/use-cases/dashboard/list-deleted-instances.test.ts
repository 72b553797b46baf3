import { beforeEach, expect, test } from 'vitest';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { RESTORE_WINDOW_MS } from '../../../../src/domain/conversation/lifecycle.ts';
import { instanceIdOf } from '../../../support/builders.ts';
import { ada, InMemoryApplication, stranger } from '../../in-memory-application.ts';

let application: InMemoryApplication;
beforeEach(async () => {
  application = new InMemoryApplication();
  for (const number of [1, 2, 3]) {
    const agent_instance_id = instanceIdOf(number);
    await application.step({ agent_instance_id });
    if (number > 1)
      await application.call(useCases.deleteAgentInstance, { agent_instance_id }, { caller: ada });
  }
});

const idsOf = async (input: object = {}, caller = ada) => {
  const page = await application.call(useCases.listDeletedInstances, input, { caller });
  return page.agent_instances.map(({ id, status }) => [id, status]);
};

test('lists the deleted instances of the user alone, page by page', async () => {
  const [three, two] = [3, 2].map((number) => [instanceIdOf(number), 'DELETED']);
  expect(await idsOf()).toEqual([three, two]);
  expect(await idsOf({}, { ...stranger, scopes: ['dashboard'] })).toEqual([]);
  const first = await application.call(useCases.listDeletedInstances, { limit: 1 }, { caller: ada });
  expect(await idsOf({ cursor: first.next_cursor })).toEqual([two]);
});

test('leaves out what was restored, and what cannot be restored any more', async () => {
  const agent_instance_id = instanceIdOf(3);
  await application.call(useCases.restoreAgentInstance, { agent_instance_id }, { caller: ada });
  expect(await idsOf()).toEqual([[instanceIdOf(2), 'DELETED']]);
  application.clock.advance(RESTORE_WINDOW_MS + 1);
  expect(await idsOf()).toEqual([]);
});
