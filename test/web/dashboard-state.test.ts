import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  type Dashboard,
  emptyDashboard,
  isInstanceMissing,
  withDetail,
  withInstances,
  withMoreMessages,
} from '../../web/src/model/dashboard-state.ts';
import type { Problem, StreamEvent } from '../../web/src/model/wire.ts';
import { aDelivery, aMessage, anInstance, aQuestion, messages } from './builders.ts';

const withOneInstance = withInstances(emptyDashboard, [anInstance()], 0);
const withConversation = withDetail(
  withOneInstance,
  { ...anInstance(), git_diff: null, messages: messages(1, 2) },
  0,
);
const afterEvents = (dashboard: Dashboard, ...events: StreamEvent[]) => events.reduce(applyEvent, dashboard);
const statusUpdate = (change: Parameters<typeof anInstance>[0]): StreamEvent => ({
  type: 'status_update',
  data: anInstance(change),
});

describe('the dashboard state', () => {
  test('a page that was requested before an event does not undo the event', () => {
    const since = withOneInstance.revision;
    const later = afterEvents(withOneInstance, statusUpdate({ status: 'AWAITING_INPUT' }));
    const read = withInstances(later, [anInstance({ status: 'ACTIVE' })], since, { replacing: true });
    expect(read.instances.get('one')?.status).toBe('AWAITING_INPUT');
  });

  test('reloading the list removes instances that no longer exist', () => {
    const read = withInstances(withOneInstance, [anInstance({ id: 'two' })], withOneInstance.revision, {
      replacing: true,
    });
    expect([...read.instances.keys()]).toEqual(['two']);
  });

  test('an instance that starts while the list is reloaded stays', () => {
    const later = afterEvents(withOneInstance, statusUpdate({ id: 'new' }));
    const read = withInstances(later, [anInstance()], withOneInstance.revision, { replacing: true });
    expect([...read.instances.keys()].toSorted()).toEqual(['new', 'one']);
  });

  test('a deleted instance leaves the list, and an outdated page does not bring it back', () => {
    const since = withOneInstance.revision;
    const deleted = afterEvents(withOneInstance, statusUpdate({ status: 'DELETED' }));
    expect(deleted.instances.size).toBe(0);
    expect(withInstances(deleted, [anInstance()], since).instances.size).toBe(0);
  });

  test('a restored instance is in the list again', () => {
    const restored = afterEvents(
      withOneInstance,
      statusUpdate({ status: 'DELETED' }),
      statusUpdate({ status: 'ACTIVE' }),
    );
    expect(restored.instances.get('one')?.status).toBe('ACTIVE');
  });

  test('a message is added to its conversation and becomes the latest of its instance', () => {
    const after = afterEvents(withConversation, {
      type: 'message',
      data: { ...aMessage(3), agent_instance_id: 'one' },
    });
    expect(after.conversations.get('one')?.messages).toHaveLength(3);
    expect(after.instances.get('one')).toMatchObject({ latest_message: 'message 3', chat_length: 3 });
  });

  test('a message of a conversation that is not loaded changes only the list', () => {
    const after = afterEvents(withOneInstance, {
      type: 'message',
      data: { ...aMessage(1), agent_instance_id: 'one' },
    });
    expect(after.conversations.size).toBe(0);
    expect(after.instances.get('one')?.latest_message).toBe('message 1');
  });

  test('an old message that arrives again does not become the latest', () => {
    const longer = withInstances(
      withConversation,
      [anInstance({ chat_length: 9, latest_message: 'nine' })],
      withConversation.revision,
    );
    const after = afterEvents(longer, {
      type: 'message',
      data: { ...aMessage(2), agent_instance_id: 'one' },
    });
    expect(after.instances.get('one')?.latest_message).toBe('nine');
  });

  test('an update of a question shows whether the agent is waiting for its answer', () => {
    const asked = withMoreMessages(withConversation, 'one', [aQuestion(3)]);
    const data = { ...aQuestion(3, { agent_waiting: true }), agent_instance_id: 'one' };
    const after = afterEvents(asked, { type: 'message_update', data });
    expect(after.conversations.get('one')?.messages[2]?.agent_waiting).toBe(true);
  });

  test('an update of deliveries changes them at their message, and adds no conversation', () => {
    const deliveries = [aDelivery({ status: 'sent' })];
    const data = { agent_instance_id: 'one', message_id: 'message-3', deliveries };
    const asked = withMoreMessages(withConversation, 'one', [aQuestion(3)]);
    const after = afterEvents(asked, { type: 'delivery_update', data });
    expect(after.conversations.get('one')?.messages.map((message) => message.deliveries)).toEqual([
      undefined,
      undefined,
      deliveries,
    ]);
    const other = { ...data, agent_instance_id: 'other' };
    expect(afterEvents(asked, { type: 'delivery_update', data: other })).toBe(asked);
  });

  test('a diff that the event does not contain is marked as outdated', () => {
    const changed = afterEvents(withConversation, {
      type: 'git_diff_update',
      data: { agent_instance_id: 'one' },
    });
    expect(changed.conversations.get('one')?.isGitDiffOutdated).toBe(true);
    const read = withDetail(changed, { ...anInstance(), git_diff: 'diff', messages: [] }, changed.revision);
    expect(read.conversations.get('one')).toMatchObject({ gitDiff: 'diff', isGitDiffOutdated: false });
  });

  test('a heartbeat of an unknown instance adds no instance', () => {
    const data = { agent_instance_id: 'other', last_heartbeat_at: 'now' };
    expect(afterEvents(withOneInstance, { type: 'agent_heartbeat', data }).instances.size).toBe(1);
  });

  test('an unknown event, perhaps of a newer server, changes nothing', () => {
    const unknown = { type: 'fireworks', data: {} } as unknown as StreamEvent;
    expect(applyEvent(withConversation, unknown)).toBe(withConversation);
  });
});

test('an instance is missing after 404 and 422, and after no other failure', () => {
  const missing = [400, 401, 403, 404, 422, 429, 500, 503].filter((status) =>
    isInstanceMissing({ code: '', detail: '', status } as Problem),
  );
  expect(missing).toEqual([404, 422]);
  expect(isInstanceMissing(null)).toBe(false);
});
