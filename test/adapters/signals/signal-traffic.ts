import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { CHANNEL, encodeSignals } from '../../../src/adapters/signals/signal-payload.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import type { Signal, Signals } from '../../../src/ports/signals/signals.ts';
import type { Versions } from '../../../src/ports/storage/versions.ts';

/** Returns an instance that no other test uses. */
export const newInstance = () => ({
  userId: 'ada' as UserId,
  agentInstanceId: randomUUID() as AgentInstanceId,
});

/** Sends notifications as the store of a server process does. */
export async function notify(store: pg.Client, ...signals: readonly Signal[]): Promise<void> {
  for (const payload of encodeSignals(signals)) {
    await store.query('select pg_notify($1, $2)', [CHANNEL, payload]);
  }
}

/** Listens from now on, and resolves with the first signal of at least `version`. */
export const nextSignal = (
  signals: Signals,
  instance: Omit<Signal, 'version'>,
  { version = 1, seen = 0 }: { version?: number; seen?: number } = {},
) =>
  new Promise<Signal>((resolve) => {
    signals.subscribe(
      instance,
      (signal) => signal.version >= version && resolve(signal),
      () => seen,
    );
  });

/** Returns the process ids of the sessions that listen on this database. */
export async function listeningSessions(store: pg.Client): Promise<number[]> {
  const { rows } = await store.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where application_name = 'agent-dashboard-signals' and datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** Ends every listening session from the server's side. */
export async function terminateListeners(store: pg.Client): Promise<void> {
  await store.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [
    await listeningSessions(store),
  ]);
}

/** A store in which nothing has changed. */
export const nothingNew: Versions = { currentVersions: async () => [], versionsOfUsers: async () => [] };
