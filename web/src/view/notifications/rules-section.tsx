import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { EVENTS, problemOf, type RulesForm } from '../../model/notification/rules-form.ts';
import type { Destination } from '../../model/wire.ts';
import {
  dropRuleEdits,
  editRules,
  ruleEdits,
  rules,
  saveRules,
  shownRules,
} from '../../store/notifications/rules.ts';
import { showError } from '../../store/page/notices.ts';
import { Checkbox } from '../common/form/checkbox.tsx';
import { EventRules } from './event-rules.tsx';
import { QuietHours } from './quiet-hours.tsx';

/** When the user is notified, in one form with one button. */
export function RulesSection({ destinations }: { readonly destinations: readonly Destination[] }) {
  useEffect(() => dropRuleEdits, []);
  const saved = rules.value;
  if (saved === null) return null;
  return (
    <section class="settings-section" aria-labelledby="rules">
      <h2 id="rules">When</h2>
      <Form form={shownRules(saved)} destinations={destinations} />
    </section>
  );
}

interface FormProps {
  readonly form: RulesForm;
  readonly destinations: readonly Destination[];
}

function Form({ form, destinations }: FormProps) {
  const problem = useSignal<ReturnType<typeof problemOf>>(null);
  const isSending = useSignal(false);
  const isSaved = useSignal(false);
  const edit = (edits: Partial<RulesForm>) => {
    problem.value = null;
    isSaved.value = false;
    editRules(edits);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    problem.value = problemOf(form);
    if (problem.value !== null || isSending.value) return;
    isSending.value = true;
    await saveRules(
      form,
      destinations.map(({ id }) => id),
    ).then(() => {
      isSaved.value = Object.keys(ruleEdits.value).length === 0;
    }, showError);
    isSending.value = false;
  };
  const found = problem.value;
  const hasEdits = Object.keys(ruleEdits.value).length > 0;
  return (
    <form class="rules" noValidate onSubmit={(event) => void submit(event)}>
      {EVENTS.map((each) => (
        <EventRules key={each.event} {...each} {...{ form, destinations, edit }} />
      ))}
      <Checkbox
        label="Not while I am looking"
        description="While you use this page, the other destinations wait up to 5 minutes."
        isChecked={form.pauseWhileActive}
        onChange={(pauseWhileActive) => edit({ pauseWhileActive })}
      />
      <QuietHours form={form} problem={found} edit={edit} />
      <details class="more-rules" open={found?.field === 'groupSeconds' || undefined}>
        <summary>More</summary>
        <label>
          Send together what comes within so many seconds
          <input
            type="number"
            inputMode="numeric"
            min={0}
            max={60}
            step={1}
            value={Number.isNaN(form.groupSeconds) ? '' : form.groupSeconds}
            aria-invalid={found?.field === 'groupSeconds'}
            onInput={({ currentTarget: input }) => edit({ groupSeconds: input.valueAsNumber })}
          />
        </label>
      </details>
      <div class="rules-foot">
        <p class="shaped-error" role="alert">
          {found?.text}
        </p>
        <p class="saved" data-saved={isSaved.value} role="status">
          {isSaved.value ? 'Saved' : hasEdits && 'Not saved yet'}
        </p>
        <button type="submit" class="main-button" aria-disabled={isSending.value}>
          Save
        </button>
      </div>
    </form>
  );
}
