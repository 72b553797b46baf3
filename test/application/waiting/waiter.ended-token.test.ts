import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { Waiter } from '../../../src/application/waiting/waiter.ts';
import type { AgentInstanceId } from '../../../src/domain/ids.ts';
import { aCaller, userIdOf } from '../../support/builders.ts';

test('a wait whose token has ended tells nobody of a change, nor that time is up', async () => {
  const signals = new InProcessSignals();
  const instance = { userId: userIdOf('ada'), agentInstanceId: randomUUID() as AgentInstanceId };
  using waiter = new Waiter(signals, instance);
  signals.publish([{ ...instance, version: 2 }]);
  const life = { hasEnded: true, onEnd: () => ({ close: () => {} }) };
  const end = { caller: aCaller({ life }), gone: null, stopping: new AbortController().signal };
  for (const deadline of [0, Date.now() + 1_000])
    await expect(waiter.next(1, { ...end, deadline })).rejects.toMatchObject({ code: 'unauthenticated' });
});
