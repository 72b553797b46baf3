/** Runs the contract of the agent instance repository with Node's own test runner: `node --test`. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createDashboard, useCases, userId } from '@agent-dashboard/server';
import { agentInstanceRepositoryContract } from '@agent-dashboard/server/contracts';
import { inMemoryStore } from '@agent-dashboard/server/in-memory';
import { InProcessSignals } from '@agent-dashboard/server/signals';
import { SqliteAgentInstanceRepository } from './sqlite-repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlite-repository-'));
const file = join(folder, 'dashboard.sqlite');
const signals = new InProcessSignals();
/** Two repositories on one file, as two processes would have. */
const repository1 = new SqliteAgentInstanceRepository(file, signals);
const repository2 = new SqliteAgentInstanceRepository(file, new InProcessSignals());
after(() => {
  repository1.close();
  repository2.close();
  rmSync(folder, { recursive: true });
});

agentInstanceRepositoryContract({ describe, test }, () => ({
  repositories: [repository1, repository2],
  signals,
}));

test('a use case reads what another process has written to the same file', async () => {
  // Steps and questions need only the repository. A real store would keep its other parts in the same file.
  const [dashboard1, dashboard2] = [repository1, repository2].map((repository) =>
    createDashboard({ store: { ...inMemoryStore(signals), repository } }),
  );
  const caller = { userId: userId('ada'), scopes: ['agent'] } as const;
  const id = randomUUID();
  const step = { agent_instance_id: id, agent_type: 'cron', content: 'Hello' };
  await dashboard1!.dispatch(useCases.sendAgentMessage, { caller, input: step });
  const message = { agent_instance_id: id, content: 'Hi', mark_as_read: false };
  await dashboard2!.dispatch(useCases.sendUserMessage, { caller, input: message });
  const nextStep = await dashboard1!.dispatch(useCases.sendAgentMessage, {
    caller,
    input: { ...step, content: 'Next' },
  });
  assert.deepEqual(
    nextStep.queued_user_messages.map(({ content }) => content),
    ['Hi'],
  );
});
