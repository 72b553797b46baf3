import { expect, test } from 'vitest';
import { LiveFeed } from '../../../../src/application/live/live-feed.ts';
import { aCaller, instanceIdOf, userIdOf } from '../../../support/builders.ts';
import { RecordingSink } from '../../../support/recording/recording-sink.ts';
import { InMemoryApplication } from '../../in-memory-application.ts';

test('a wait in another process is shown to its user only, even if another user has the same instance id', async () => {
  const application = new InMemoryApplication();
  const [ada, eve] = [userIdOf('ada'), userIdOf('eve')];
  const { stopping } = application;
  const feed = new LiveFeed(
    {
      ...application,
      readWaitsElsewhere: async () => [{ userId: ada, agentInstanceId: instanceIdOf(1) }],
      waitsElsewhereIntervalMs: 5,
    },
    stopping.signal,
  );
  const watch = async (userId = ada) => {
    await application.step({ content: 'Which?', requires_user_input: true }, { caller: aCaller({ userId }) });
    const sink = new RecordingSink();
    const stream = await feed.openInstanceStream({
      caller: aCaller({ userId, scopes: ['dashboard'] }),
      agentInstanceId: instanceIdOf(1),
      lastEventId: null,
    });
    void stream.pipeTo(sink);
    return sink;
  };
  // An event that both streams get reaches eve first.
  const eves = await watch(eve);
  const adas = await watch(ada);
  expect(await adas.waitForEvent('message_update Which?')).toMatchObject({ agent_waiting: true });
  expect(eves.eventTexts()).toEqual(['connected']);
  stopping.abort();
});
