import type { AgentInstance } from '../conversation/agent-instance.ts';
import { lastSignOfLife } from '../conversation/liveness.ts';
import type { AgentInstanceId, NotificationId } from '../ids.ts';
import type { Notification } from './notification.ts';
import type { NotificationSettings } from './settings.ts';

/** An active instance whose agent has not been heard of for a while. */
export interface Silence {
  readonly agentInstanceId: AgentInstanceId;
  /** When its agent last sent a heartbeat, wrote or read. */
  readonly lastSignOfLife: Date;
}

/** Silence that began longer ago than this is not told: the person has just asked for it to be told. */
export const MAX_SILENCE_MS = 24 * 60 * 60 * 1000;

/** Whether the person wants to know when an agent is silent. */
export const watchesSilence = ({ rules: { rules } }: NotificationSettings): boolean =>
  rules.some(({ event }) => event === 'silent');

/**
 * Returns the id of the notification that an agent is silent: the UUID of the instance with the version 0,
 * which no UUID has that was made by the rules (RFC 9562). So an instance has one at most.
 */
export const silenceNotificationId = (agentInstanceId: AgentInstanceId): NotificationId =>
  `${agentInstanceId.slice(0, 14)}0${agentInstanceId.slice(15)}` as NotificationId;

/**
 * Makes the notification that an agent is silent. Returns null if the stored one is about the same silence.
 * After a sign of life a new silence begins, and with it the notification anew.
 */
export function noteSilence(
  stored: Notification | null,
  { agentInstanceId, lastSignOfLife: since }: Silence,
  now: Date,
): Notification | null {
  if (stored !== null && stored.createdAt >= since) return null;
  return {
    ...{ id: silenceNotificationId(agentInstanceId), event: 'silent', agentInstanceId, messageId: null },
    ...{ reach: null, createdAt: now, overAt: null, isPlanned: false, deliveries: [] },
    version: (stored?.version ?? 0) + 1,
  };
}

/** Whether the agent is still as silent as when the notification was made. */
export const isStillSilent = ({ createdAt }: Notification, instance: AgentInstance): boolean =>
  instance.status === 'ACTIVE' && lastSignOfLife(instance) < createdAt;
