import type { UserId } from '../domain/ids.ts';
import type { LocalWaits } from '../ports/storage/dashboard-queries.ts';
import type { Ports } from './use-case.ts';

/** With which eyes people see what they ask for now: who waits here, and who has been silent for too long. */
export const viewContextFor = (
  { clock, settings, waits }: Pick<Ports, 'clock' | 'settings' | 'waits'>,
  userId: UserId,
): LocalWaits & { readonly silentSince: Date } => ({
  waitingHere: waits.of(userId),
  silentSince: new Date(clock.now().getTime() - settings.staleAfterSeconds * 1000),
});
