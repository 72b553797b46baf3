import {
  delayChoices,
  delayText,
  entryOf,
  type RuleEvent,
  type RulesForm,
} from '../../model/notification/rules-form.ts';
import type { Destination } from '../../model/wire.ts';

interface EventRulesProps {
  readonly event: RuleEvent;
  readonly title: string;
  readonly hint: string;
  readonly form: RulesForm;
  readonly destinations: readonly Destination[];
  readonly edit: (edits: Partial<RulesForm>) => void;
}

/** Which destinations an event reaches, and after how long. */
export function EventRules({ event, title, hint, form, destinations, edit }: EventRulesProps) {
  return (
    <fieldset class="event-rules">
      <legend class="form-label">{title}</legend>
      <p class="shaped-description">{hint}</p>
      {destinations.map(({ id, name }) => {
        const entry = entryOf(event, id);
        const after = form.after[entry] ?? null;
        const choose = (value: string) => edit({ after: { [entry]: value === '' ? null : Number(value) } });
        return (
          <label key={id}>
            <span dir="auto">{name}</span>
            <select value={after ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value)}>
              <option value="">Never</option>
              {delayChoices(after).map((seconds) => (
                <option key={seconds} value={seconds}>
                  {delayText(seconds)}
                </option>
              ))}
            </select>
          </label>
        );
      })}
    </fieldset>
  );
}
