import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { versionsOfUsers } from '../../../src/adapters/mikro-orm/statements/conversations/progress.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { heartbeat, startAgentInstance } from '../../../src/domain/conversation/lifecycle.ts';
import { anAgentType, instanceIdOf, NOW, userIdOf } from '../../support/builders.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

describe.each(DATABASES)('%s: the sweep for all instances of users', (_, __, open) => {
  let databases: [Database, Database];
  const [ADA, EVE] = [userIdOf('ada'), userIdOf('eve')];

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const repository = new MikroOrmAgentInstanceRepository({
      database: databases[0],
      signals: new InProcessSignals(),
    });
    for (const [userId, number] of [
      [ADA, 1],
      [ADA, 2],
      [EVE, 1],
    ] as const) {
      const target = { userId, agentInstanceId: instanceIdOf(number), agentTypeName: 'x' };
      await repository.update(target, (conversation) => {
        const start = { id: target.agentInstanceId, agentType: anAgentType({ name: 'x' }), now: NOW };
        return { ...startAgentInstance(conversation, start), record: null };
      });
    }
    const beating = { userId: ADA, agentInstanceId: instanceIdOf(2) };
    await repository.update(beating, (conversation) => ({
      ...heartbeat(conversation, { now: NOW }),
      record: null,
    }));
  });
  afterAll(() => Promise.all([...new Set(databases)].map((database) => database.close())));

  const ask = (...users: Parameters<typeof versionsOfUsers>[1]) => versionsOfUsers(databases[1], users);

  test('returns nothing of users whose versions have the known sum', async () => {
    const nobody = { userId: userIdOf('nobody'), total: 0 };
    expect(await ask({ userId: ADA, total: 3 }, { userId: EVE, total: 1 }, nobody)).toEqual([]);
  });

  test('returns all instances of a user with another sum, and none of other users', async () => {
    const found = await ask({ userId: ADA, total: 1 }, { userId: EVE, total: 1 });
    expect(found.toSorted((a, b) => a.version - b.version)).toEqual([
      { userId: ADA, agentInstanceId: instanceIdOf(1), version: 1 },
      { userId: ADA, agentInstanceId: instanceIdOf(2), version: 2 },
    ]);
  });
});
