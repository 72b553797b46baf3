import { expect, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { aesSecretBox, newSecretKey } from '../../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { JobRunner } from '../../../src/application/jobs/job-runner.ts';
import { Channels } from '../../../src/application/notifications/channels.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { createDashboard } from '../../../src/dashboard.ts';
import { userId } from '../../../src/domain/ids.ts';
import type { Scope } from '../../../src/ports/tokens/token-verifier.ts';
import { RecordingNotifier } from '../../support/recording-notifier.ts';

const caller = (scope: Scope) => ({
  ...{ userId: userId('ann'), scopes: [scope], expiresAt: null, email: null, displayName: null },
});

test('a question is delivered when it is due by the rules, although nothing else happens in the store', async () => {
  const recorder = new RecordingNotifier();
  const { dispatch, deliveries } = createDashboard({
    store: inMemoryStore(new InProcessSignals()),
    notifications: {
      channels: new Channels(aesSecretBox(newSecretKey()), [recorder]),
      pageUrl: () => 'http://dashboard.test',
    },
  });
  using _jobs = await JobRunner.start([deliveries!], { warn() {} });
  const person = caller('dashboard');
  const settings = { topic: 'a-topic' };
  await dispatch(useCases.addNotificationDestination, {
    caller: person,
    input: { channel: 'recorder', settings },
  });
  const agent_instance_id = '0199c0de-0000-7000-8000-000000000001';
  await dispatch(useCases.sendAgentMessage, {
    caller: caller('agent'),
    input: { agent_instance_id, agent_type: 'codex', content: 'May I?', requires_user_input: true },
  });
  await expect.poll(() => recorder.last?.text, { timeout: 10_000 }).toBe('May I?');
});
