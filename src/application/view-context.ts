import type { UserId } from '../domain/ids.ts';
import type { LocalWaits } from '../ports/storage/dashboard-queries.ts';
import type { Ports } from './use-case.ts';

/**
 * Returns what the dashboard needs to show an instance: which instances have a waiting agent in this process,
 * and before which time the last sign of life of an active instance makes it stale.
 */
export const viewContextFor = (
  { clock, settings, waits }: Pick<Ports, 'clock' | 'settings' | 'waits'>,
  userId: UserId,
): LocalWaits & { readonly staleBefore: Date } => ({
  waitingHere: waits.instancesOf(userId),
  staleBefore: new Date(clock.now().getTime() - settings.staleAfterSeconds * 1000),
});
