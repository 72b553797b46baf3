import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { Waiter } from '../../../src/application/waiting/waiter.ts';
import type { AgentInstanceId } from '../../../src/domain/ids.ts';
import { aCaller, userIdOf } from '../../support/builders.ts';

test('a wait with an ended token fails, and reveals neither a change nor a timeout', async () => {
  const signals = new InProcessSignals();
  const instance = { userId: userIdOf('ada'), agentInstanceId: randomUUID() as AgentInstanceId };
  using waiter = new Waiter(signals, instance);
  signals.publish([{ ...instance, version: 2 }]);
  const life = { hasEnded: true, onEnd: () => ({ close: () => {} }) };
  const limits = { caller: aCaller({ life }), clientGone: null, shuttingDown: new AbortController().signal };
  for (const deadline of [0, performance.now() + 1_000])
    await expect(waiter.waitForChange(1, { ...limits, deadline })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
});
