import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmNotificationRepository } from '../../../src/adapters/mikro-orm/repositories/notification-repository.ts';
import { postgresStore } from '../../../src/adapters/mikro-orm/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { aNotification } from '../../../src/contracts/notification-builders.ts';
import { notificationRepositoryContract } from '../../../src/contracts/notification-repository/contract.ts';
import type { OpenNotifications } from '../../../src/contracts/notification-repository/open-notifications.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';
import { freePort } from '../../support/postgres/postgres-server.ts';

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];
  let store: OpenNotifications;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const [first, second] = databases.map((database) =>
      postgresStore({ database, signals: new InProcessSignals(), logger: { warn: () => {} } }),
    ) as [ReturnType<typeof postgresStore>, ReturnType<typeof postgresStore>];
    store = {
      repositories: [first.notifications, second.notifications],
      instances: [first.repository, second.repository],
      removal: first.removal,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  notificationRepositoryContract({ describe, test }, () => store);
});

test('an unreachable database is storage_unavailable, for every method', async () => {
  const database = await openPostgres(`postgresql://postgres@127.0.0.1:${await freePort()}/postgres`);
  const notifications = new MikroOrmNotificationRepository(database);
  const userId = 'ada' as UserId;
  const { id } = aNotification();
  const unchanged = () => ({ output: null, changes: null, record: null });
  const attempts: (() => Promise<unknown>)[] = [
    () => notifications.readSettings(userId),
    () => notifications.updateSettings({ userId }, unchanged),
    () => notifications.noteActive(userId, new Date()),
    () => notifications.update({ userId, id }, unchanged),
    () => notifications.update({ userId, id, idempotencyKey: 'once' }, unchanged),
    () => notifications.nextDue(1),
    () => notifications.find(userId, [id]),
    () => notifications.list(userId, { limit: 1, after: null }),
    () => notifications.findLink('hash'),
    () => notifications.useLink(userId, 'hash', new Date()),
    () => notifications.deleteOutdated(new Date()),
  ];
  for (const attempt of attempts)
    await expect(attempt()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await database.close();
});
