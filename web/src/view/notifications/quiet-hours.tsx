import { useMemo } from 'preact/hooks';
import {
  ALL_DAYS,
  type problemOf,
  type RulesForm,
  wholeDayNote,
} from '../../model/notification/rules-form.ts';
import { browserTimeZone } from '../../store/notifications/rules.ts';
import { Checkbox } from '../common/form/checkbox.tsx';

interface QuietHoursProps {
  readonly form: RulesForm;
  readonly problem: ReturnType<typeof problemOf>;
  readonly edit: (edits: Partial<RulesForm>) => void;
}

/** The hours in which the user is not disturbed. */
export function QuietHours({ form, problem, edit }: QuietHoursProps) {
  const note = wholeDayNote(form);
  return (
    <>
      <Checkbox
        label="Quiet hours"
        description="What comes then is sent when they end. Programs (webhooks) wait, too."
        isChecked={form.isQuiet}
        onChange={(isQuiet) => edit({ isQuiet })}
      />
      {form.isQuiet && (
        <div class="quiet-hours">
          <Time
            label="From"
            value={form.from}
            isWrong={problem?.field === 'from'}
            onChange={(from) => edit({ from })}
          />
          <Time
            label="To"
            value={form.to}
            isWrong={problem?.field === 'to'}
            onChange={(to) => edit({ to })}
          />
          {note !== null && (
            <p class="quiet-note" role="status">
              {note}
            </p>
          )}
          <Days form={form} isWrong={problem?.field === 'days'} edit={edit} />
          <TimeZone form={form} edit={edit} />
          <Checkbox
            label="Send urgent ones at once"
            description="Questions whose time is over before the quiet hours end, and what an agent wants to be sent in any case."
            isChecked={form.urgentPasses}
            onChange={(urgentPasses) => edit({ urgentPasses })}
          />
        </div>
      )}
    </>
  );
}

interface TimeProps {
  readonly label: string;
  readonly value: string;
  readonly isWrong: boolean;
  readonly onChange: (value: string) => void;
}

const Time = ({ label, value, isWrong, onChange }: TimeProps) => (
  <label>
    {label}
    <input
      type="time"
      required
      value={value}
      aria-invalid={isWrong}
      onInput={({ currentTarget }) => onChange(currentTarget.value)}
    />
  </label>
);

/** The days on which quiet hours begin. */
function Days({
  form,
  isWrong,
  edit,
}: Pick<QuietHoursProps, 'form' | 'edit'> & { readonly isWrong: boolean }) {
  const toggle = (day: number, isChosen: boolean) => {
    const others = form.days.filter((other) => other !== day);
    edit({ days: isChosen ? [...others, day] : others });
  };
  return (
    <fieldset class="days" aria-invalid={isWrong}>
      <legend>Beginning on</legend>
      {ALL_DAYS.map((day) => (
        <label key={day}>
          <input
            type="checkbox"
            checked={form.days.includes(day)}
            onChange={({ currentTarget }) => toggle(day, currentTarget.checked)}
          />
          {dayName(day)}
        </label>
      ))}
    </fieldset>
  );
}

/** The first of January 2023 was a Sunday. */
const dayName = (day: number): string =>
  new Date(2023, 0, 1 + day).toLocaleDateString(undefined, { weekday: 'short' });

function TimeZone({ form, edit }: Pick<QuietHoursProps, 'form' | 'edit'>) {
  const zones = useMemo(
    () => [...new Set([browserTimeZone(), form.timeZone, ...Intl.supportedValuesOf('timeZone')])],
    [form.timeZone],
  );
  return (
    <label class="time-zone">
      Time zone
      <select value={form.timeZone} onChange={({ currentTarget }) => edit({ timeZone: currentTarget.value })}>
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  );
}
