import {
  type Conversation,
  emptyConversation,
  withDeliveries,
  withMessages,
  withOutcome,
  withStreamedMessage,
} from './conversation.ts';
import { textOf } from './question/question-text.ts';
import type {
  AgentInstance,
  InstanceDetail,
  LiveEventData,
  Message,
  Outcome,
  Problem,
  StreamEvent,
} from './wire.ts';

/** Everything that the page knows about the user's agents. Immutable: each change returns a new one. */
export interface Dashboard {
  readonly instances: ReadonlyMap<string, AgentInstance>;
  /** Conversations of the instances that were opened, by instance id. */
  readonly conversations: ReadonlyMap<string, Conversation>;
  /** Increases with each change, so that a response to an older request does not undo a newer change. */
  readonly revision: number;
  /** The revision of each instance's last change, by instance id. */
  readonly changedAtRevision: ReadonlyMap<string, number>;
}

/**
 * Checks whether a failed load means that there is no such instance. Any other failure may be over when the
 * page tries again.
 * @param problem the server's error; null if there was no response
 */
export const isInstanceMissing = (problem: Problem | null): boolean =>
  // 422: the id is not a UUID. A person may have typed it into the address bar.
  problem?.status === 404 || problem?.status === 422;

export const emptyDashboard: Dashboard = {
  instances: new Map(),
  conversations: new Map(),
  revision: 0,
  changedAtRevision: new Map(),
};

/**
 * Adds a page of the list. Instances that have changed since the page was requested stay as they are, because
 * the page has an older state of them.
 * @param requestedAtRevision the dashboard's revision when the page was requested
 * @param options.replacing true if the page replaces the whole list
 */
export function withInstances(
  dashboard: Dashboard,
  page: readonly AgentInstance[],
  requestedAtRevision: number,
  { replacing = false }: { readonly replacing?: boolean } = {},
): Dashboard {
  const hasChangedSince = (id: string) => (dashboard.changedAtRevision.get(id) ?? 0) > requestedAtRevision;
  const instances = new Map(
    replacing ? [...dashboard.instances].filter(([id]) => hasChangedSince(id)) : dashboard.instances,
  );
  for (const instance of page) if (!hasChangedSince(instance.id)) instances.set(instance.id, instance);
  return { ...dashboard, instances };
}

/**
 * Adds one instance and its newest messages.
 * @param requestedAtRevision the dashboard's revision when they were requested
 */
export function withDetail(
  dashboard: Dashboard,
  detail: InstanceDetail,
  requestedAtRevision: number,
): Dashboard {
  const { git_diff, messages, ...instance } = detail;
  const known = dashboard.conversations.get(instance.id) ?? emptyConversation;
  const conversation = { ...withMessages(known, messages), gitDiff: git_diff, isGitDiffOutdated: false };
  return withConversation(
    withInstances(dashboard, [instance], requestedAtRevision),
    instance.id,
    conversation,
  );
}

/** Adds messages to a conversation that is already loaded. */
export function withMoreMessages(dashboard: Dashboard, id: string, messages: readonly Message[]): Dashboard {
  const known = dashboard.conversations.get(id);
  return known === undefined ? dashboard : withConversation(dashboard, id, withMessages(known, messages));
}

/**
 * Shows that a question has ended, without waiting for a `message_update`.
 * @param answerId the message that answers it; null if it has no answer
 */
export function withEndedQuestion(
  dashboard: Dashboard,
  instanceId: string,
  outcome: Pick<Outcome, 'question_id' | 'status'>,
  answerId: string | null,
): Dashboard {
  const known = dashboard.conversations.get(instanceId);
  return known === undefined
    ? dashboard
    : withConversation(dashboard, instanceId, withOutcome(known, outcome, answerId));
}

/** Replaces an instance by the one in the server's response. */
export const withInstance = (dashboard: Dashboard, instance: AgentInstance): Dashboard =>
  applyEvent(dashboard, { type: 'status_update', data: instance });

export function withoutInstance(dashboard: Dashboard, id: string): Dashboard {
  const revision = dashboard.revision + 1;
  const instances = new Map(dashboard.instances);
  instances.delete(id);
  return {
    ...dashboard,
    instances,
    revision,
    changedAtRevision: new Map(dashboard.changedAtRevision).set(id, revision),
  };
}

/** Applies an event of the stream. The caller has to handle `resync`, because it needs requests. */
export function applyEvent(dashboard: Dashboard, event: StreamEvent): Dashboard {
  switch (event.type) {
    case 'status_update':
      return event.data.status === 'DELETED'
        ? withoutInstance(dashboard, event.data.id)
        : withChangedInstance(dashboard, event.data);
    case 'message':
      return withLatestMessage(withMessageInConversation(dashboard, event.data), event.data);
    case 'message_update':
      return withMoreMessages(dashboard, event.data.agent_instance_id, [event.data]);
    case 'delivery_update': {
      const known = dashboard.conversations.get(event.data.agent_instance_id);
      return known === undefined
        ? dashboard
        : withConversation(dashboard, event.data.agent_instance_id, withDeliveries(known, event.data));
    }
    case 'git_diff_update':
      return withGitDiff(dashboard, event.data);
    case 'agent_heartbeat': {
      const { agent_instance_id: id, last_heartbeat_at } = event.data;
      const known = dashboard.instances.get(id);
      return known === undefined
        ? dashboard
        : withChangedInstance(dashboard, { ...known, last_heartbeat_at });
    }
    default:
      return dashboard;
  }
}

function withChangedInstance(dashboard: Dashboard, instance: AgentInstance): Dashboard {
  const revision = dashboard.revision + 1;
  return {
    ...dashboard,
    revision,
    instances: new Map(dashboard.instances).set(instance.id, instance),
    changedAtRevision: new Map(dashboard.changedAtRevision).set(instance.id, revision),
  };
}

const withConversation = (dashboard: Dashboard, id: string, conversation: Conversation): Dashboard => ({
  ...dashboard,
  conversations: new Map(dashboard.conversations).set(id, conversation),
});

function withMessageInConversation(
  dashboard: Dashboard,
  { agent_instance_id: id, ...message }: LiveEventData['message'],
): Dashboard {
  const known = dashboard.conversations.get(id);
  return known === undefined
    ? dashboard
    : withConversation(dashboard, id, withStreamedMessage(known, message));
}

/** Shows a new message in the list at once, without waiting for a `status_update`. */
function withLatestMessage(dashboard: Dashboard, message: LiveEventData['message']): Dashboard {
  const known = dashboard.instances.get(message.agent_instance_id);
  if (known === undefined || known.chat_length >= message.position) return dashboard;
  return withChangedInstance(dashboard, {
    ...known,
    latest_message: textOf(message),
    latest_message_at: message.created_at,
    chat_length: message.position,
  });
}

function withGitDiff(dashboard: Dashboard, data: LiveEventData['git_diff_update']): Dashboard {
  const known = dashboard.conversations.get(data.agent_instance_id);
  if (known === undefined) return dashboard;
  const conversation =
    data.git_diff === undefined
      ? { ...known, isGitDiffOutdated: true }
      : { ...known, gitDiff: data.git_diff, isGitDiffOutdated: false };
  return withConversation(dashboard, data.agent_instance_id, conversation);
}
