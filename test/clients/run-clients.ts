import { forEachConcurrently } from '../prove/support/for-each-concurrently.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { ForeignClient, PlaySession } from './clients.ts';
import { LeftOut } from './install/run.ts';
import { makeEmptyData } from './session/empty-data.ts';

/** Installing uses all cores. The sessions mostly wait, but their servers need the cores when they start. */
const INSTALLED_AT_ONCE = 2;
const PLAYED_AT_ONCE = 3;

export type Outcome = 'ok' | 'left out' | 'failed';

/**
 * Installs the clients, then plays their sessions. A session that fails is played once more, as the test
 * runner does with tests.
 * @param report gets the outcome of each client once it is known, with the reason or the duration.
 * @returns how many clients have each outcome.
 */
export async function runClients(
  clients: readonly ForeignClient[],
  report: (name: string, outcome: Outcome, details: string) => void,
): Promise<{ readonly [outcome in Outcome]: number }> {
  const counts = { ok: 0, 'left out': 0, failed: 0 };
  const finish = ({ name }: ForeignClient, outcome: Outcome, details: string) => {
    counts[outcome] += 1;
    report(name, outcome, details);
  };
  const sessions = new Map<ForeignClient, PlaySession>();
  await forEachConcurrently(clients, INSTALLED_AT_ONCE, async (client) => {
    try {
      sessions.set(client, await client.install());
    } catch (error) {
      finish(client, error instanceof LeftOut ? 'left out' : 'failed', messageOf(error));
    }
  });
  await using folder = await temporaryFolder();
  const emptyData = await makeEmptyData(folder.path);
  await forEachConcurrently([...sessions], PLAYED_AT_ONCE, async ([client, play]) => {
    const startedAt = performance.now();
    const duration = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    try {
      await play(emptyData);
      return finish(client, 'ok', duration());
    } catch (error) {
      report(client.name, 'failed', `${messageOf(error)}\nIt is tried again.`);
    }
    try {
      await play(emptyData);
      finish(client, 'ok', `only when tried again, ${duration()}`);
    } catch (error) {
      finish(client, 'failed', messageOf(error));
    }
  });
  return counts;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();
