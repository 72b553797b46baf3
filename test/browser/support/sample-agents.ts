import { Agent } from './agent.ts';
import { DashboardClient } from './dashboard-client.ts';
import type { ServerAccess } from './server-access.ts';

const DIFF = `diff --git a/src/store/db.ts b/src/store/db.ts
index 83db48f..bf2a1c4 100644
--- a/src/store/db.ts
+++ b/src/store/db.ts
@@ -1,8 +1,12 @@
 import { env } from '../env';
-import sqlite from 'better-sqlite3';
+import pg from 'pg';
 
-export const db = sqlite(env.DB_FILE);
+/** One pool for the process: a connection for each request would exhaust the server. */
+export const db = new pg.Pool({
+  connectionString: env.DATABASE_URL,
+  max: 10,
+});
 
 export async function close() {
-  db.close();
+  await db.end();
 }
diff --git a/test/orders.test.ts b/test/orders.test.ts
new file mode 100644
index 0000000..1f2e3d4
--- /dev/null
+++ b/test/orders.test.ts
@@ -0,0 +1,5 @@
+import { expect, test } from 'vitest';
+
+test('an order keeps the sequence of its lines', async () => {
+  expect(await linesOf(order)).toEqual(['a', 'b', 'c']);
+});
`;

export interface SampleAgents {
  /** The id of the instance whose question is open. */
  readonly askingId: string;
}

/** Creates realistic agents: one has an open question, two are working, two have ended. */
export async function createSampleAgents(server: ServerAccess): Promise<SampleAgents> {
  const client = new DashboardClient(server);
  for (const [name, last] of [
    [
      'Upgrade the build to Vite 8',
      'All 214 tests pass. The bundle is **18 % smaller**; summary in `docs/vite-8.md`.',
    ],
    ['Flaky login test', 'Found it: the clock was read twice. Fixed, and run 500 times without a failure.'],
  ] as const) {
    const done = new Agent(server, 'codex');
    await done.step(last);
    await client.name(done, name);
    await done.end();
  }
  await new Agent(server, 'cursor').step('Reading the accessibility report, 41 findings.');
  const working = new Agent(server, 'codex');
  await working.step('Translating the invoice templates: 12 of 30 done.');
  await client.name(working, 'Translate invoices');
  return { askingId: await createAskingAgent(server, client) };
}

async function createAskingAgent(server: ServerAccess, client: DashboardClient): Promise<string> {
  const agent = new Agent(server);
  await agent.step(
    'I read the orders module. It keeps all in one SQLite file, which is locked while a report runs.',
  );
  await client.name(agent, 'Move orders off SQLite');
  await agent.step(
    'Three places open the file themselves:\n\n- `src/orders/list.ts`\n- `src/orders/export.ts`\n- `src/reports/daily.ts`\n\nI am moving them behind one module first.',
  );
  await agent.ask('May I change the public signature of `openDatabase()`? [YES/NO]');
  await client.say(agent, 'Yes');
  await agent.receive(0);
  await agent.step(
    'Done. All callers share one pool now:\n\n```ts\nexport const db = new pg.Pool({ connectionString: env.DATABASE_URL, max: 10 });\n```',
    { git_diff: DIFF },
  );
  await client.say(
    agent,
    'Please keep the migration in one file, and say in the README how to roll it back.',
  );
  await agent.receive(0);
  await agent.ask(
    'Which database should the production setup use? Both work; the tests pass with either.\n\n[OPTIONS]\n1. PostgreSQL 18\n2. Keep SQLite, but one writer\n3. Decide later, behind an interface\n[/OPTIONS]',
  );
  return agent.id;
}
