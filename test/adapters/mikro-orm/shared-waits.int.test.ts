import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { MAINTENANCE, type Tenants } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/repositories/dashboard-queries.ts';
import { MikroOrmSharedWaits } from '../../../src/adapters/mikro-orm/repositories/shared-waits.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { OpenWaits } from '../../../src/application/waiting/open-waits.ts';
import { startAgentInstance } from '../../../src/domain/conversation/lifecycle.ts';
import type { WaitedInstance } from '../../../src/ports/storage/shared-waits.ts';
import { anAgentType, instanceIdOf, NOW, userIdOf } from '../../support/builders.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';

const instance: WaitedInstance = { userId: userIdOf('ada'), agentInstanceId: instanceIdOf(1) };

/** The parts of a server process that waits need. */
class Process {
  readonly waits = new OpenWaits();
  readonly warnings: string[] = [];
  readonly statements: string[] = [];
  readonly shared: MikroOrmSharedWaits;
  readonly #queries: MikroOrmDashboardQueries;

  constructor(database: Database) {
    const logger = { warn: (_: object, message: string) => this.warnings.push(message) };
    const counting = Object.create(database, {
      query: {
        value: (tenants: Tenants, sql: string, parameters: readonly unknown[]) => {
          this.statements.push(sql);
          return database.query(tenants, sql, parameters);
        },
      },
    });
    this.shared = new MikroOrmSharedWaits({ database: counting, logger });
    this.shared.start(this.waits);
    this.#queries = new MikroOrmDashboardQueries(database);
  }

  async sees(): Promise<boolean | undefined> {
    const { userId, agentInstanceId } = instance;
    const request = { limit: 0, before: null, waitingHere: this.waits.instancesOf(userId) };
    return (await this.#queries.readConversation(userId, agentInstanceId, request))?.agentWaiting;
  }
}

let databases: Database[];
let here: Process;
let there: Process;

beforeAll(async () => {
  const url = await createDatabase(inject('postgresUrl'));
  databases = [await openPostgres(url), await openPostgres(url)];
  await databases[0]!.migrate();
  const repository = new MikroOrmAgentInstanceRepository({
    database: databases[0]!,
    signals: new InProcessSignals(),
  });
  await repository.update({ ...instance, agentTypeName: 'claude-code' }, (conversation) => ({
    ...startAgentInstance(conversation, { id: instance.agentInstanceId, agentType: anAgentType(), now: NOW }),
    record: null,
  }));
});
beforeEach(() => {
  [here, there] = [new Process(databases[0]!), new Process(databases[1]!)];
});
afterEach(async () => {
  await Promise.all([here.shared.close(), there.shared.close()]);
});
afterAll(() => Promise.all(databases.map((database) => database.close())));

const sql = (text: string) => databases[1]!.query(MAINTENANCE, text, []);
const asOwner = (text: string) => databases[1]!.orm.em.fork().execute(text);

describe('a wait in one process', () => {
  test('is seen there at once, and in another one when it was told', async () => {
    const wait = here.waits.begin(instance);
    expect([await here.sees(), await there.sees()]).toEqual([true, false]);
    await here.shared.share();
    expect([await here.sees(), await there.sees()]).toEqual([true, true]);
    wait[Symbol.dispose]();
    expect([await here.sees(), await there.sees()]).toEqual([false, true]);
    await here.shared.share();
    expect([await here.sees(), await there.sees()]).toEqual([false, false]);
  });

  test('that ended is still a wait while another process has one', async () => {
    const wait = here.waits.begin(instance);
    using _ = there.waits.begin(instance);
    await Promise.all([here.shared.share(), there.shared.share()]);
    wait[Symbol.dispose]();
    await here.shared.share();
    expect(await here.sees()).toBe(true);
  });

  test('is somebody else’s under the same id', async () => {
    using _ = here.waits.begin({ ...instance, userId: userIdOf('eve') });
    await here.shared.share();
    expect(await there.sees()).toBe(false);
  });

  test('is not believed when its process has been silent for too long, and is cleared up by others', async () => {
    using _ = here.waits.begin(instance);
    await here.shared.share();
    await sql(`update waiting_processes set alive_until = now() - interval '1 s'`);
    expect(await there.sees()).toBe(false);

    await sql(`update waiting_processes set alive_until = now() - interval '1 hour'`);
    using _theirs = there.waits.begin({ ...instance, agentInstanceId: instanceIdOf(2) });
    await there.shared.share();
    expect(await sql('select agent_instance_id from open_waits')).toEqual([
      { agent_instance_id: instanceIdOf(2) },
    ]);
  });

  test('is told again after others took its process for gone', async () => {
    using _ = here.waits.begin(instance);
    await here.shared.share();
    await sql('with gone as (delete from waiting_processes) delete from open_waits');
    await here.shared.share();
    expect(await there.sees()).toBe(true);
  });

  test('is taken back when its process stops', async () => {
    using _ = here.waits.begin(instance);
    await here.shared.share();
    await here.shared.close();
    expect(await sql('select * from open_waits')).toEqual([]);
  });
});

describe('telling', () => {
  test('asks the database nothing while nobody waits', async () => {
    await here.shared.share();
    expect(here.statements).toEqual([]);
    here.waits.begin(instance)[Symbol.dispose]();
    await here.shared.share();
    expect(here.statements).toEqual([]);
  });

  test('takes one statement, and writes only what is new, however many wait', async () => {
    for (let number = 1; number <= 1_000; number += 1) {
      here.waits.begin({ ...instance, agentInstanceId: instanceIdOf(number) });
    }
    await here.shared.share();
    const rows = () =>
      sql('select max(xmin::text::bigint) as newest, count(*)::int as count from open_waits');
    const [told] = await rows();
    expect(told).toMatchObject({ count: 1_000 });
    await here.shared.share();
    expect(await rows()).toEqual([told]);
    expect(here.statements).toHaveLength(2);
  });

  test('goes on after the database was away', async () => {
    using _ = here.waits.begin(instance);
    await asOwner('alter table open_waits rename to away');
    await expect(here.shared.share()).rejects.toThrow();
    await asOwner('alter table away rename to open_waits');
    await here.shared.share();
    expect(await there.sees()).toBe(true);
  });
});
