import * as v from 'valibot';
import type { Destination } from '../../../domain/notification/destination.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import { RULE_EVENTS } from '../../../domain/notification/settings.ts';
import * as field from '../fields.ts';

export const destination = v.object({
  id: field.shownId,
  channel: v.string(),
  name: v.string(),
  address: v.pipe(v.string(), v.description('Without what is secret')),
  verified_at: v.pipe(v.nullable(field.timestamp), v.description('When an answer first came from there')),
  failing_since: v.nullable(field.timestamp),
  last_error: v.nullable(v.string()),
  created_at: field.timestamp,
  changed_at: v.pipe(field.timestamp, v.description('When its settings were set last')),
});

export const wireDestination = (each: Destination): v.InferOutput<typeof destination> => ({
  id: each.id,
  channel: each.channel,
  name: each.name,
  address: each.address,
  verified_at: each.verifiedAt?.toISOString() ?? null,
  failing_since: each.failingSince?.toISOString() ?? null,
  last_error: each.lastError,
  created_at: each.createdAt.toISOString(),
  changed_at: each.changedAt.toISOString(),
});

export const delivery = v.object({
  destination_id: field.shownId,
  channel: v.string(),
  status: v.picklist(['queued', 'sent', 'failed', 'withdrawn', 'opened']),
  due_at: v.pipe(field.timestamp, v.description('When it was due by the rules')),
  next_try_at: v.nullable(field.timestamp),
  attempts: v.number(),
  sent_at: v.nullable(field.timestamp),
  opened_at: v.nullable(field.timestamp),
  error: v.pipe(v.nullable(v.string()), v.description('Why the last attempt failed')),
});

export const notification = v.object({
  id: field.shownId,
  event: v.picklist([...RULE_EVENTS, 'step', 'outcome', 'test']),
  agent_instance_id: v.nullable(field.shownId),
  message_id: v.nullable(field.shownId),
  created_at: field.timestamp,
  over_at: v.pipe(v.nullable(field.timestamp), v.description('When its question ended')),
  deliveries: v.array(delivery),
});

export const wireDeliveries = ({ deliveries }: Notification): v.InferOutput<typeof delivery>[] =>
  deliveries.map((each) => ({
    destination_id: each.destinationId,
    channel: each.channel,
    status: each.status,
    due_at: each.dueAt.toISOString(),
    next_try_at: each.status === 'queued' && each.nextAt !== null ? each.nextAt.toISOString() : null,
    attempts: each.attempts,
    sent_at: each.sentAt?.toISOString() ?? null,
    opened_at: each.openedAt?.toISOString() ?? null,
    error: each.error,
  }));

export const wireNotification = (each: Notification): v.InferOutput<typeof notification> => ({
  id: each.id,
  event: each.event,
  agent_instance_id: each.agentInstanceId,
  message_id: each.messageId,
  created_at: each.createdAt.toISOString(),
  over_at: each.overAt?.toISOString() ?? null,
  deliveries: wireDeliveries(each),
});
