import { Agent } from './agent.ts';
import type { FakeServer } from './fake-server.ts';

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

/** A believable afternoon: one agent asks, one works, one has fallen silent, some are done. */
export async function playScene(server: FakeServer): Promise<{ readonly asking: string }> {
  for (const [name, last] of [
    [
      'Upgrade the build to Vite 8',
      'All 214 tests pass. The bundle is **18 % smaller**; summary in `docs/vite-8.md`.',
    ],
    ['Flaky login test', 'Found it: the clock was read twice. Fixed, and run 500 times without a failure.'],
  ] as const) {
    const done = new Agent(server, 'codex');
    await done.step(last);
    await done.end();
    server.state.change(server.state.instances.get(done.id)!, { name });
  }
  const silent = new Agent(server, 'cursor');
  await silent.step('Reading the accessibility report, 41 findings.');
  server.state.change(server.state.instances.get(silent.id)!, { status: 'STALE' });

  const working = new Agent(server, 'codex');
  await working.step('Translating the invoice templates: 12 of 30 done.');
  server.state.change(server.state.instances.get(working.id)!, { name: 'Translate invoices' });

  const asking = new Agent(server);
  await asking.step(
    'I read the orders module. It keeps everything in one SQLite file, which is locked while a report runs.',
  );
  server.state.change(server.state.instances.get(asking.id)!, { name: 'Move orders off SQLite' });
  await asking.step(
    'Three places open the file themselves:\n\n- `src/orders/list.ts`\n- `src/orders/export.ts`\n- `src/reports/daily.ts`\n\nI am moving them behind one module first.',
  );
  await asking.ask('May I change the public signature of `openDatabase()`? [YES/NO]');
  server.state.reply(server.state.instances.get(asking.id)!, 'Yes', null);
  await asking.hears(0);
  await asking.step(
    'Done. All callers share one pool now:\n\n```ts\nexport const db = new pg.Pool({ connectionString: env.DATABASE_URL, max: 10 });\n```',
    { git_diff: DIFF },
  );
  server.state.reply(
    server.state.instances.get(asking.id)!,
    'Please keep the migration in one file, and say in the README how to roll it back.',
    null,
  );
  await asking.ask(
    'Which database should the production setup use? Both work; the tests pass with either.\n\n[OPTIONS]\n1. PostgreSQL 18\n2. Keep SQLite, but one writer\n3. Decide later, behind an interface\n[/OPTIONS]',
  );
  server.state.waits(server.state.instances.get(asking.id)!, 1);
  return { asking: asking.id };
}
