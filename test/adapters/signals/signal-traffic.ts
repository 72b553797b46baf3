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

/** Sends signals as PostgreSQL notifications, as the store of a server process does. */
export async function notify(client: pg.Client, ...signals: readonly Signal[]): Promise<void> {
  for (const payload of encodeSignals(signals)) {
    await client.query('select pg_notify($1, $2)', [CHANNEL, payload]);
  }
}

/**
 * Subscribes to an instance. Resolves with the first signal whose version is at least `version`.
 * @param seen the version that the subscriber has already seen
 */
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
export async function listeningSessions(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where application_name = 'agent-dashboard-signals' and datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** Makes the database server end every session that listens. */
export async function terminateListeners(client: pg.Client): Promise<void> {
  await client.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [
    await listeningSessions(client),
  ]);
}

/** A store in which nothing has changed. */
export const nothingNew: Versions = { currentVersions: async () => [], versionsOfUsers: async () => [] };
