import type { DestinationId } from '../ids.ts';
import type { Destination } from './destination.ts';
import { type QuietHours, quietUntil } from './quiet-hours.ts';

/** What rules can be about. */
export const RULE_EVENTS = ['question', 'ended', 'failed', 'silent'] as const;
export type RuleEvent = (typeof RULE_EVENTS)[number];

/** Says which destinations an event reaches, and after how long, if nobody has answered until then. */
export interface NotificationRule {
  readonly event: RuleEvent;
  readonly destinations: readonly DestinationId[];
  readonly afterSeconds: number;
}

/** When a person is notified, and how. */
export interface NotificationRules {
  readonly rules: readonly NotificationRule[];
  readonly quietHours: QuietHours | null;
  /** Notifications that come within so many seconds are one. 0: each is one of its own. */
  readonly groupSeconds: number;
  /** Whether the other destinations wait while the person looks at the page. */
  readonly pauseWhileActive: boolean;
}

/** Where and when a user is notified. */
export interface NotificationSettings {
  readonly destinations: readonly Destination[];
  readonly rules: NotificationRules;
  /** Until when the person counts as looking at the page; null: not at all. */
  readonly activeUntil: Date | null;
}

export const DEFAULT_GROUP_SECONDS = 2;

export const DEFAULT_RULES: NotificationRules = {
  rules: [],
  quietHours: null,
  groupSeconds: DEFAULT_GROUP_SECONDS,
  pauseWhileActive: true,
};

/** The settings of a user who has never changed them. */
export const NO_SETTINGS: NotificationSettings = {
  destinations: [],
  rules: DEFAULT_RULES,
  activeUntil: null,
};

/** Adds a destination. Questions reach it at once, until the person says otherwise. */
export function withDestination(
  settings: NotificationSettings,
  destination: Destination,
): NotificationSettings {
  const { rules } = settings.rules;
  const isAtOnce = ({ event, afterSeconds }: NotificationRule) => event === 'question' && afterSeconds === 0;
  const atOnce = rules.find(isAtOnce) ?? { event: 'question', destinations: [], afterSeconds: 0 };
  const widened = { ...atOnce, destinations: [...atOnce.destinations, destination.id] };
  const others = rules.filter((rule) => rule !== atOnce);
  return {
    ...settings,
    destinations: [...settings.destinations, destination],
    rules: { ...settings.rules, rules: [widened, ...others] },
  };
}

/** Replaces a destination that has the same id. Changes nothing if there is none. */
export const withChangedDestination = (
  settings: NotificationSettings,
  changed: Destination,
): NotificationSettings => ({
  ...settings,
  destinations: settings.destinations.map((each) => (each.id === changed.id ? changed : each)),
});

/** Removes a destination, also from the rules. Rules without destinations are removed, too. */
export function withoutDestination(settings: NotificationSettings, id: DestinationId): NotificationSettings {
  const rules = settings.rules.rules
    .map((rule) => ({ ...rule, destinations: rule.destinations.filter((each) => each !== id) }))
    .filter(({ destinations }) => destinations.length > 0);
  return {
    ...settings,
    destinations: settings.destinations.filter((destination) => destination.id !== id),
    rules: { ...settings.rules, rules },
  };
}

/** How long a person who looks at the page at all times keeps the others waiting. */
const MAX_PAUSE_MS = 5 * 60_000;

/** A notification that waits for its time. */
export interface WaitingNotification {
  readonly createdAt: Date;
  /** Whether it may pass the quiet hours: it would be decided before they end, or the agent demands it. */
  readonly isUrgentUntil: (time: Date) => boolean;
}

/** Returns until when a notification has to wait at this time; null if it can be delivered now. */
export function heldUntil(
  { rules, activeUntil }: NotificationSettings,
  { createdAt, isUrgentUntil }: WaitingNotification,
  now: Date,
): Date | null {
  const quietEnd = rules.quietHours === null ? null : quietUntil(rules.quietHours, now);
  if (quietEnd !== null && !(rules.quietHours?.urgentPasses && isUrgentUntil(quietEnd))) return quietEnd;
  if (!rules.pauseWhileActive || activeUntil === null || activeUntil <= now) return null;
  const pauseEnd = Math.min(activeUntil.getTime(), createdAt.getTime() + MAX_PAUSE_MS);
  return pauseEnd <= now.getTime() ? null : new Date(pauseEnd);
}
