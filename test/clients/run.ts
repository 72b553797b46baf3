import { forEachConcurrently } from '../prove/support/for-each-concurrently.ts';
import { CLIENTS, type ForeignClient } from './clients.ts';
import { LeftOut } from './install/run.ts';

/** Installing uses all cores. The sessions mostly wait, but the servers need the cores when they start. */
const INSTALLED_AT_ONCE = 2;
const PLAYED_AT_ONCE = 3;

const wanted = process.argv.slice(2);
const names = CLIENTS.map(({ name }) => name);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no client "${unknown}". The clients are: ${names.join(', ')}\n`);
  process.exit(2);
}

const counts = { ok: 0, 'left out': 0, failed: 0 };
const sessions = new Map<ForeignClient, () => Promise<void>>();
const clients = CLIENTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const width = Math.max(...clients.map(({ name }) => name.length));

await forEachConcurrently(clients, INSTALLED_AT_ONCE, async (client) => {
  try {
    sessions.set(client, await client.install());
  } catch (error) {
    report(client, error instanceof LeftOut ? 'left out' : 'failed', error);
  }
});
await forEachConcurrently([...sessions], PLAYED_AT_ONCE, async ([client, play]) => {
  const startedAt = performance.now();
  try {
    await play();
    report(client, 'ok', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  } catch (error) {
    report(client, 'failed', error);
  }
});
console.log(
  Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', '),
);
process.exitCode = counts.failed === 0 ? 0 : 1;

function report({ name }: ForeignClient, outcome: keyof typeof counts, details: unknown): void {
  counts[outcome] += 1;
  const text = details instanceof Error ? details.message : details;
  console.log(`${name.padEnd(width)}  ${outcome} (${text})`);
}
