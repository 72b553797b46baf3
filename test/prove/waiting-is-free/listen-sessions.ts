import type { TestCluster } from '../support/test-cluster.ts';

const LISTENERS = `select pid from pg_stat_activity
  where application_name = 'agent-dashboard-signals' and state is not null order by pid`;

/**
 * Ends the database session of one of the listening processes.
 * @returns the number of ended sessions: 0 while both processes are reconnecting.
 */
export async function cutListeners(
  { postgres }: TestCluster,
  pick: <Item>(items: readonly Item[]) => Item,
): Promise<number> {
  const sessions = await postgres.query<{ pid: number }>(LISTENERS);
  if (sessions.length === 0) return 0;
  const [row] = await postgres.query<{ ended: boolean }>('select pg_terminate_backend($1) as ended', [
    pick(sessions).pid,
  ]);
  return row?.ended ? 1 : 0;
}

/**
 * Stops all listening database sessions with SIGSTOP: the connections stay open and nothing arrives, as when
 * a network is cut.
 */
export async function stallListeners({ postgres }: TestCluster): Promise<Disposable> {
  const sessions = await postgres.query<{ pid: number }>(LISTENERS);
  const signal = (name: NodeJS.Signals) => {
    for (const { pid } of sessions) {
      try {
        process.kill(pid, name);
      } catch {
        // The session has ended by itself meanwhile.
      }
    }
  };
  signal('SIGSTOP');
  return { [Symbol.dispose]: () => signal('SIGCONT') };
}
