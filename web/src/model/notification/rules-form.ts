import type { NotificationRules } from '../wire.ts';

export type RuleEvent = NotificationRules['rules'][number]['event'];

/** What the fields of the form contain. */
export interface RulesForm {
  /** After how many seconds an event reaches a destination, by `entryOf`. Null or absent: never. */
  readonly after: { readonly [entry: string]: number | null };
  readonly isQuiet: boolean;
  readonly from: string;
  readonly to: string;
  readonly days: readonly number[];
  readonly timeZone: string;
  readonly urgentPasses: boolean;
  readonly groupSeconds: number;
  readonly pauseWhileActive: boolean;
}

/** What rules can be about, in the order of the form. */
export const EVENTS: readonly {
  readonly event: RuleEvent;
  readonly title: string;
  readonly hint: string;
}[] = [
  {
    ...{ event: 'question', title: 'When an agent asks' },
    hint: 'A question that you answer before the chosen time is not sent there.',
  },
  { event: 'ended', title: 'When an agent has ended', hint: 'Also if it has failed.' },
  {
    ...{ event: 'failed', title: 'When an agent has failed' },
    hint: 'It has ended, and says that it could not finish.',
  },
  {
    ...{ event: 'silent', title: 'When an agent has been silent' },
    hint: 'It has not ended, but nothing has come from it for some minutes. The delay begins then.',
  },
];
export const ALL_DAYS = [1, 2, 3, 4, 5, 6, 0];
export const MAX_GROUP_SECONDS = 60;

export const entryOf = (event: RuleEvent, destinationId: string): string => `${event} ${destinationId}`;

/**
 * Returns the form of the rules as they are.
 * @param timeZone the time zone of quiet hours that nobody has chosen yet
 */
export function formOfRules(
  { rules, quiet_hours, group_seconds, pause_while_active }: NotificationRules,
  timeZone: string,
): RulesForm {
  const after: { [entry: string]: number } = {};
  for (const { event, destinations, after_seconds } of rules) {
    for (const id of destinations) {
      const entry = entryOf(event, id);
      // If several rules are about one destination, the earliest one counts.
      after[entry] = Math.min(after[entry] ?? Infinity, after_seconds);
    }
  }
  return {
    after,
    isQuiet: quiet_hours !== null,
    from: quiet_hours?.from ?? '22:00',
    to: quiet_hours?.to ?? '07:00',
    days: quiet_hours?.days ?? ALL_DAYS,
    timeZone: quiet_hours?.time_zone ?? timeZone,
    urgentPasses: quiet_hours?.urgent_passes ?? true,
    groupSeconds: group_seconds,
    pauseWhileActive: pause_while_active,
  };
}

/** Puts what the user has changed over the rules as the server has them. */
export const withEdits = (form: RulesForm, edits: Partial<RulesForm>): RulesForm => ({
  ...form,
  ...edits,
  after: { ...form.after, ...edits.after },
});

/** Returns the rules that a form says. Destinations that are not known are left out. */
export function rulesOfForm(form: RulesForm, destinationIds: readonly string[]): NotificationRules {
  const rules = eventsOf(form).flatMap((event) => {
    const delays = destinationIds.map((id) => ({ id, after: form.after[entryOf(event, id)] ?? null }));
    const bySeconds = Map.groupBy(
      delays.filter(({ after }) => after !== null),
      ({ after }) => after!,
    );
    return [...bySeconds]
      .toSorted(([one], [other]) => one - other)
      .map(([after_seconds, same]) => ({ event, destinations: same.map(({ id }) => id), after_seconds }));
  });
  const { from, to, days, timeZone, urgentPasses } = form;
  const quietHours = { time_zone: timeZone, from, to, days: [...days], urgent_passes: urgentPasses };
  return {
    rules,
    quiet_hours: form.isQuiet ? quietHours : null,
    group_seconds: form.groupSeconds,
    pause_while_active: form.pauseWhileActive,
  };
}

/** Returns the events of the form, and those that only a newer server knows: their rules are kept. */
const eventsOf = ({ after }: RulesForm): readonly RuleEvent[] => [
  ...new Set([
    ...EVENTS.map(({ event }) => event),
    ...Object.keys(after).map((entry) => entry.slice(0, entry.indexOf(' ')) as RuleEvent),
  ]),
];

/** What is wrong with a form; null: nothing. `field` is where to correct it. */
export function problemOf(
  form: RulesForm,
): { readonly field: 'from' | 'to' | 'days' | 'groupSeconds'; readonly text: string } | null {
  const { groupSeconds: seconds } = form;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_GROUP_SECONDS)
    return { field: 'groupSeconds', text: `Choose 0 to ${MAX_GROUP_SECONDS} seconds.` };
  if (!form.isQuiet) return null;
  if (form.from === '') return { field: 'from', text: 'Say when quiet hours begin.' };
  if (form.to === '') return { field: 'to', text: 'Say when quiet hours end.' };
  return form.days.length === 0 ? { field: 'days', text: 'Choose at least one day.' } : null;
}

/** Says what quiet hours mean that end at the time at which they begin; null: these do not. */
export function wholeDayNote({ isQuiet, from, to, days, urgentPasses }: RulesForm): string | null {
  if (!isQuiet || from === '' || from !== to) return null;
  if (days.length < ALL_DAYS.length)
    return `From and To are the same, so they last 24 hours: until ${to} of the next day.`;
  const sent = urgentPasses ? 'only urgent ones are ever sent' : 'nothing is ever sent';
  return `From and To are the same, so each day is quiet for all of its 24 hours: ${sent}.`;
}

/** The delays that can be chosen, in seconds. */
const DELAYS = [0, 60, 300, 900, 3_600];

/** Returns the choices of a field: the usual ones, and the present one if it was set elsewhere. */
export const delayChoices = (present: number | null): readonly number[] =>
  present === null || DELAYS.includes(present) ? DELAYS : [...DELAYS, present].toSorted((a, b) => a - b);

export function delayText(seconds: number): string {
  if (seconds === 0) return 'At once';
  if (seconds % 60 !== 0) return `After ${seconds} s`;
  return seconds === 60 ? 'After 1 minute' : `After ${seconds / 60} minutes`;
}
