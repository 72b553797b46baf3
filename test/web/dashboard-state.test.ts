import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  type Dashboard,
  emptyDashboard,
  withDetail,
  withInstances,
  withMoreMessages,
} from '../../web/src/model/dashboard-state.ts';
import type { StreamEvent } from '../../web/src/model/wire.ts';
import { aMessage, anInstance, aQuestion, messages } from './builders.ts';

const withOne = withInstances(emptyDashboard, [anInstance()], 0);
const opened = withDetail(withOne, { ...anInstance(), git_diff: null, messages: messages(1, 2) }, 0);
const told = (dashboard: Dashboard, ...events: StreamEvent[]) => events.reduce(applyEvent, dashboard);
const status = (change: Parameters<typeof anInstance>[0]): StreamEvent => ({
  type: 'status_update',
  data: anInstance(change),
});

describe('the dashboard', () => {
  test('a page that was asked for before an event does not undo the event', () => {
    const since = withOne.revision;
    const later = told(withOne, status({ status: 'AWAITING_INPUT' }));
    const read = withInstances(later, [anInstance({ status: 'ACTIVE' })], since, { replacing: true });
    expect(read.instances.get('one')?.status).toBe('AWAITING_INPUT');
  });

  test('reading everything again forgets what is gone', () => {
    const read = withInstances(withOne, [anInstance({ id: 'two' })], withOne.revision, { replacing: true });
    expect([...read.instances.keys()]).toEqual(['two']);
  });

  test('an instance that begins while everything is read again stays', () => {
    const later = told(withOne, status({ id: 'new' }));
    const read = withInstances(later, [anInstance()], withOne.revision, { replacing: true });
    expect([...read.instances.keys()].toSorted()).toEqual(['new', 'one']);
  });

  test('a deleted instance leaves the list, and no page from before brings it back', () => {
    const since = withOne.revision;
    const deleted = told(withOne, status({ status: 'DELETED' }));
    expect(deleted.instances.size).toBe(0);
    expect(withInstances(deleted, [anInstance()], since).instances.size).toBe(0);
  });

  test('a restored one is back', () => {
    const restored = told(withOne, status({ status: 'DELETED' }), status({ status: 'ACTIVE' }));
    expect(restored.instances.get('one')?.status).toBe('ACTIVE');
  });

  test('a message shows in its conversation and as the latest of its instance', () => {
    const after = told(opened, { type: 'message', data: { ...aMessage(3), agent_instance_id: 'one' } });
    expect(after.conversations.get('one')?.messages).toHaveLength(3);
    expect(after.instances.get('one')).toMatchObject({ latest_message: 'message 3', chat_length: 3 });
  });

  test('a message of a conversation that was not opened only shows in the list', () => {
    const after = told(withOne, { type: 'message', data: { ...aMessage(1), agent_instance_id: 'one' } });
    expect(after.conversations.size).toBe(0);
    expect(after.instances.get('one')?.latest_message).toBe('message 1');
  });

  test('an old message that is told again does not become the latest', () => {
    const longer = withInstances(
      opened,
      [anInstance({ chat_length: 9, latest_message: 'nine' })],
      opened.revision,
    );
    const after = told(longer, { type: 'message', data: { ...aMessage(2), agent_instance_id: 'one' } });
    expect(after.instances.get('one')?.latest_message).toBe('nine');
  });

  test('an update of a question shows whether an agent waits for its answer', () => {
    const asked = withMoreMessages(opened, 'one', [aQuestion(3)]);
    const data = { ...aQuestion(3, { agent_waiting: true }), agent_instance_id: 'one' };
    const after = told(asked, { type: 'message_update', data });
    expect(after.conversations.get('one')?.messages[2]?.agent_waiting).toBe(true);
  });

  test('a diff that the stream does not carry is marked to be read again', () => {
    const changed = told(opened, { type: 'git_diff_update', data: { agent_instance_id: 'one' } });
    expect(changed.conversations.get('one')?.gitDiffIsOld).toBe(true);
    const read = withDetail(changed, { ...anInstance(), git_diff: 'diff', messages: [] }, changed.revision);
    expect(read.conversations.get('one')).toMatchObject({ gitDiff: 'diff', gitDiffIsOld: false });
  });

  test('a heartbeat of an instance it does not know is no instance', () => {
    const data = { agent_instance_id: 'other', last_heartbeat_at: 'now' };
    expect(told(withOne, { type: 'agent_heartbeat', data }).instances.size).toBe(1);
  });

  test('an event that a newer server may send changes nothing', () => {
    const unknown = { type: 'fireworks', data: {} } as unknown as StreamEvent;
    expect(applyEvent(opened, unknown)).toBe(opened);
  });
});
