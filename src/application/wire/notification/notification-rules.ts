import * as v from 'valibot';
import type { DestinationId } from '../../../domain/ids.ts';
import { destinationId } from '../../../domain/ids.ts';
import { isTimeZone, type QuietHours } from '../../../domain/notification/quiet-hours.ts';
import { type NotificationRules, RULE_EVENTS } from '../../../domain/notification/settings.ts';
import * as field from '../fields.ts';

const MAX_RULES = 50;
const MAX_DELAY_SECONDS = 7 * 86_400;
const MAX_GROUP_SECONDS = 60;

/** How the names of time zones are written. */
const TIME_ZONE = /^[A-Za-z0-9_+/-]{1,64}$/;

const CLOCK_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

const clockTime = (description: string) =>
  v.pipe(v.string(), v.regex(CLOCK_TIME, 'must be a time such as 22:00'), v.description(description));

const seconds = (max: number, description: string) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number of seconds'),
    v.minValue(0, `must be 0 to ${max} seconds`),
    v.maxValue(max, `must be 0 to ${max} seconds`),
    v.description(description),
  );

/** As people set them. Unknown fields are ignored. */
export const quietHours = v.object({
  time_zone: v.pipe(
    v.string(),
    v.regex(TIME_ZONE, 'must be an IANA time zone, such as Europe/Berlin'),
    v.check(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin'),
    v.description('The time zone of the person, from the IANA list'),
  ),
  from: clockTime('When they begin'),
  to: clockTime('When they end. Not later than `from`: on the next day'),
  days: v.pipe(
    v.array(
      v.pipe(
        v.number(),
        v.integer('must be 0 to 6'),
        v.minValue(0, 'must be 0 to 6'),
        v.maxValue(6, 'must be 0 to 6'),
      ),
    ),
    v.maxLength(7, 'must have at most 7 days'),
    v.description('The days on which they begin: 0 is Sunday'),
  ),
  urgent_passes: v.pipe(
    v.boolean(),
    v.description('Whether a question that would end before them is delivered all the same'),
  ),
});

/** Unknown fields are ignored. */
export const notificationRule = v.object({
  event: v.pipe(
    v.picklist(RULE_EVENTS),
    v.description(
      'question: an agent asks. ended: an agent has ended. failed: it has ended and could not finish. silent: it has not been heard of',
    ),
  ),
  destinations: v.pipe(v.array(field.id), v.description('The ids of the destinations that it reaches')),
  after_seconds: seconds(MAX_DELAY_SECONDS, 'How long it waits for an answer before that'),
});

export const notificationRules = v.object({
  rules: v.pipe(v.array(notificationRule), v.maxLength(MAX_RULES, `must have at most ${MAX_RULES} rules`)),
  quiet_hours: v.nullable(quietHours),
  group_seconds: seconds(MAX_GROUP_SECONDS, 'What comes within this time is one notification'),
  pause_while_active: v.pipe(
    v.boolean(),
    v.description('Whether destinations wait while the person looks at the page'),
  ),
});

export type WireRules = v.InferOutput<typeof notificationRules>;

export const wireRules = (rules: NotificationRules): WireRules => ({
  rules: rules.rules.map(({ event, destinations, afterSeconds }) => ({
    event,
    destinations: [...destinations],
    after_seconds: afterSeconds,
  })),
  quiet_hours: rules.quietHours && wireQuietHours(rules.quietHours),
  group_seconds: rules.groupSeconds,
  pause_while_active: rules.pauseWhileActive,
});

const wireQuietHours = ({ timeZone, from, to, days, urgentPasses }: QuietHours) => ({
  time_zone: timeZone,
  from: wireClockTime(from),
  to: wireClockTime(to),
  days: [...days],
  urgent_passes: urgentPasses,
});

/**
 * Reads rules.
 * @param known the ids of the user's destinations. Others are left out: they may have been removed meanwhile.
 */
export const readRules = (rules: WireRules, known: ReadonlySet<DestinationId>): NotificationRules => ({
  rules: rules.rules
    .map(({ event, destinations, after_seconds }) => ({
      event,
      destinations: [...new Set(destinations.map((id) => destinationId(id)))].filter((id) => known.has(id)),
      afterSeconds: after_seconds,
    }))
    .filter(({ destinations }) => destinations.length > 0),
  quietHours: rules.quiet_hours && {
    timeZone: rules.quiet_hours.time_zone,
    from: minutesOf(rules.quiet_hours.from),
    to: minutesOf(rules.quiet_hours.to),
    days: [...new Set(rules.quiet_hours.days)],
    urgentPasses: rules.quiet_hours.urgent_passes,
  },
  groupSeconds: rules.group_seconds,
  pauseWhileActive: rules.pause_while_active,
});

const minutesOf = (clockTimeText: string): number => {
  const [hours, minutes] = clockTimeText.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
};

const wireClockTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
