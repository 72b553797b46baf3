import { signal } from '@preact/signals';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { formOfRules, type RulesForm, rulesOfForm, withEdits } from '../../model/notification/rules-form.ts';
import type { NotificationRules } from '../../model/wire.ts';
import { request } from '../../server/request.ts';

const PATH = '/notification-rules';

/** The rules as the server has them. Null: not loaded yet. */
export const rules = signal<NotificationRules | null>(null);

/** What the user has changed in the form and not saved. */
export const ruleEdits = signal<Partial<RulesForm>>({});

export const browserTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

export async function loadRules(): Promise<void> {
  rules.value = await request<NotificationRules>('GET', PATH);
}

/** Returns what the form shows. */
export const shownRules = (saved: NotificationRules): RulesForm =>
  withEdits(formOfRules(saved, browserTimeZone()), ruleEdits.value);

export function editRules(edits: Partial<RulesForm>): void {
  const { after, ...others } = edits;
  const { after: before } = ruleEdits.value;
  ruleEdits.value = {
    ...ruleEdits.value,
    ...others,
    ...(after === undefined ? {} : { after: { ...before, ...after } }),
  };
}

/** Forgets what was not saved: nobody sees it any more, and a later save shall not contain it. */
export function dropRuleEdits(): void {
  ruleEdits.value = {};
}

export async function saveRules(form: RulesForm, destinationIds: readonly string[]): Promise<void> {
  const sent = ruleEdits.value;
  rules.value = await request<NotificationRules>('PUT', PATH, {
    body: rulesOfForm(form, destinationIds),
    idempotencyKey: randomId(),
  });
  // What was changed while the request was on its way is not saved yet.
  if (ruleEdits.value === sent) ruleEdits.value = {};
}
