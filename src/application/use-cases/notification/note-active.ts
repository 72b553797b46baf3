import * as v from 'valibot';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';

/** How long one call counts. A page calls again before that, as long as it is looked at. */
export const ACTIVE_SECONDS = 60;

/** Notes that the person looks at a page now, so that the other destinations wait (`pause_while_active`). */
export const noteActive = defineUseCase({
  name: 'note_active',
  summary: 'Say that you look at the page now: other destinations then wait',
  errorCodes: ['notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({ active_until: v.pipe(v.string(), v.isoTimestamp()) }),
  async run(ports, { caller: { userId }, idempotency }) {
    const activeUntil = new Date(ports.clock.now().getTime() + ACTIVE_SECONDS * 1000);
    const { repository } = requireNotifications(ports);
    const output = { active_until: activeUntil.toISOString() };
    await repository.noteActive(userId, activeUntil);
    if (idempotency === null) return output;
    return repository.updateSettings(
      { userId, idempotencyKey: idempotency.key },
      withIdempotency(idempotency, () => ({ output, changes: null })),
    );
  },
});
