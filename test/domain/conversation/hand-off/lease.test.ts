import { describe, expect, test } from 'vitest';
import { type AgentMessage, postAgentMessage } from '../../../../src/domain/conversation/agent-messages.ts';
import {
  applyChanges,
  type Conversation,
  type Decision,
  EMPTY_CONVERSATION,
} from '../../../../src/domain/conversation/conversation.ts';
import { LEASE_MS, MAX_DELIVERIES } from '../../../../src/domain/conversation/hand-off/lease.ts';
import { readAnswer } from '../../../../src/domain/conversation/hand-off/read-answer.ts';
import { readPending } from '../../../../src/domain/conversation/hand-off/read-pending.ts';
import { endSession } from '../../../../src/domain/conversation/lifecycle.ts';
import type { Message } from '../../../../src/domain/conversation/message.ts';
import { requestUserInput } from '../../../../src/domain/conversation/request-user-input.ts';
import { receiveUserMessage } from '../../../../src/domain/conversation/user-messages.ts';
import { agentTypeIdOf, instanceIdOf, messageIdOf, NOW } from '../../../support/builders.ts';

/** One conversation, which its calls change one after another. */
class TestConversation {
  now = NOW;
  #conversation: Conversation = EMPTY_CONVERSATION;

  step(content: string, fields: Partial<AgentMessage> = {}) {
    return this.#post(content, { isQuestion: false, ...fields });
  }

  ask(content: string, fields: Partial<AgentMessage> = {}) {
    return this.#post(content, { isQuestion: true, ...fields });
  }

  say(content: string, markAsRead = false) {
    const newMessageId = messageIdOf(this.#nextPosition);
    return this.#decide((conversation) =>
      receiveUserMessage(conversation, { content, markAsRead, newMessageId, now: this.now }),
    );
  }

  readAnswer(questionId: ReturnType<typeof messageIdOf>) {
    return this.#decide((conversation) => readAnswer(conversation, { questionId, now: this.now })).answer
      ?.content;
  }

  /** Reads the pending messages with the read cursor. */
  readPending({ onLease = false } = {}) {
    const lastReadMessageId = this.instance.lastReadMessageId;
    const read = { lastReadMessageId, onLease, now: this.now };
    return this.#decide((conversation) => readPending(conversation, read)).messages.map(
      ({ content }) => content,
    );
  }

  /** Reads the pending messages with another id than the read cursor. */
  readAfter(lastReadMessageId: ReturnType<typeof messageIdOf>) {
    return this.#decide((conversation) => readPending(conversation, { lastReadMessageId, now: this.now }));
  }

  /** Turns a step into a question. */
  requestInput(messageId: ReturnType<typeof messageIdOf>) {
    return this.#decide((conversation) =>
      requestUserInput(conversation, { messageId, now: this.now }),
    ).handedOver.map(({ content }) => content);
  }

  end() {
    this.#decide((conversation) => endSession(conversation, { now: this.now }));
  }

  get instance() {
    return this.#conversation.instance!;
  }

  get #nextPosition(): number {
    return (this.#conversation.instance?.lastPosition ?? 0) + 1;
  }

  #post(content: string, fields: Partial<AgentMessage> & { isQuestion: boolean }) {
    const { message, handedOver, redelivered } = this.#decide((conversation) =>
      postAgentMessage(conversation, {
        agentInstanceId: instanceIdOf(1),
        agentTypeName: 'claude-code',
        content,
        metadata: null,
        gitDiff: null,
        hasIdempotencyKey: false,
        isClientGone: false,
        newMessageId: messageIdOf(this.#nextPosition),
        newAgentTypeId: agentTypeIdOf(1),
        now: this.now,
        ...fields,
      }),
    );
    return { id: message.id, got: handedOver.map(({ content: text }) => text), redelivered };
  }

  #decide<Output>(decide: (conversation: Conversation) => Decision<Output>): Output {
    const { output, changes } = decide(this.#conversation);
    this.#conversation = applyChanges(this.#conversation, changes);
    return output;
  }
}

const later = (time: Date, milliseconds: number) => new Date(time.getTime() + milliseconds);

describe('a step that repeats the last message of the agent', () => {
  const withHandOff = () => {
    const conversation = new TestConversation();
    conversation.step('start');
    conversation.say('use tabs');
    expect(conversation.step('next')).toMatchObject({ got: ['use tabs'], redelivered: false });
    return conversation;
  };

  test('is a new step, and gets what the agent was handed with the last one, marked', () => {
    const conversation = withHandOff();
    expect(conversation.step('next')).toEqual({
      id: messageIdOf(4),
      got: ['use tabs'],
      redelivered: true,
    });
    expect(conversation.instance.stepCount).toBe(3);
  });

  test('is no retry with other metadata: a program tells equal steps apart by it', () => {
    const conversation = withHandOff();
    expect(conversation.step('next', { metadata: { use: 2 } })).toMatchObject({ got: [] });
  });

  test('is a retry with the same metadata, in whatever order they are stored', () => {
    const conversation = new TestConversation();
    conversation.step('start');
    conversation.say('use tabs');
    conversation.step('next', { metadata: { a: [1, { c: null }], b: 'x' } });
    const retry = conversation.step('next', { metadata: { b: 'x', a: [1, { c: null }] } });
    expect(retry).toMatchObject({ got: ['use tabs'], redelivered: true });
    expect(conversation.step('next', { metadata: { b: 'x', a: { 0: 1 } } })).toMatchObject({ got: [] });
  });

  test('gets new messages after the repeated ones', () => {
    const conversation = withHandOff();
    conversation.say('and hurry');
    expect(conversation.step('next')).toMatchObject({ got: ['use tabs', 'and hurry'], redelivered: true });
    expect(conversation.step('next')).toMatchObject({ got: ['use tabs', 'and hurry'], redelivered: true });
  });

  test.each<[string, (conversation: TestConversation) => void]>([
    ['another step', (conversation) => conversation.step('something else')],
    ['a question', (conversation) => conversation.ask('next')],
    ['a read with the cursor', (conversation) => conversation.readPending()],
    ['the end of the session', (conversation) => conversation.end()],
  ])('gets nothing again after %s, which acknowledged it', (_what, acknowledge) => {
    const conversation = withHandOff();
    acknowledge(conversation);
    expect(conversation.step('next')).toMatchObject({ got: [], redelivered: false });
  });

  test('gets nothing again when the last hand-off was longer ago than a retry can be', () => {
    const conversation = withHandOff();
    conversation.now = later(NOW, LEASE_MS - 1);
    expect(conversation.step('next').redelivered).toBe(true);
    conversation.now = later(NOW, LEASE_MS);
    expect(conversation.step('next')).toMatchObject({ got: [], redelivered: false });
  });

  test('gets the same a limited number of times, so that no agent gets it for ever', () => {
    const conversation = withHandOff();
    const deliveries = Array.from({ length: 20 }, () => conversation.step('next').got.length);
    expect(deliveries.reduce((sum, count) => sum + count, 1)).toBe(MAX_DELIVERIES);
  });

  test('does not get what the agent read by its cursor', () => {
    const conversation = new TestConversation();
    conversation.step('next');
    conversation.say('use tabs');
    expect(conversation.readPending()).toEqual(['use tabs']);
    expect(conversation.step('next')).toMatchObject({ got: [], redelivered: false });
  });

  test('gets nothing if its own client has hung up, and leaves the hand-off for the next retry', () => {
    const conversation = withHandOff();
    expect(conversation.step('next', { isClientGone: true })).toMatchObject({ got: [], redelivered: false });
    expect(conversation.step('next')).toMatchObject({ got: ['use tabs'], redelivered: true });
  });

  test('is no retry if only the text is the same, and one of the two is a question', () => {
    expect(withHandOff().ask('next')).toMatchObject({ got: [], redelivered: false });
    const conversation = withHandOff();
    conversation.say('note');
    expect(conversation.ask('Deploy?').got).toEqual(['note']);
    expect(conversation.step('Deploy?')).toMatchObject({ got: [], redelivered: false });
  });

  test('gets it again even after a step whose client hung up, which itself gets nothing', () => {
    const conversation = withHandOff();
    conversation.say('and hurry');
    expect(conversation.step('late', { isClientGone: true })).toMatchObject({ got: [], redelivered: false });
    expect(conversation.step('next')).toMatchObject({ got: ['use tabs', 'and hurry'], redelivered: true });
  });

  test('does not get what the person typed at the agent itself', () => {
    const conversation = withHandOff();
    conversation.say('typed', true);
    expect(conversation.step('next')).toMatchObject({ got: ['use tabs'], redelivered: true });
  });
});

describe('a question that repeats the last message of the agent', () => {
  test('is the same question when its answer was never handed over, however late and with any key', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    conversation.now = later(NOW, 10 * LEASE_MS);
    const again = conversation.ask('Deploy?', { hasIdempotencyKey: true });
    expect(again).toEqual({ id, got: [], redelivered: false });
    expect(conversation.readAnswer(id)).toBe('yes');
  });

  test('leaves the answer queued for a reader with the cursor', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    conversation.ask('Deploy?');
    expect(conversation.instance.lastReadMessageId).toBe(id);
    expect(conversation.readPending()).toEqual(['yes']);
  });

  const answered = () => {
    const conversation = new TestConversation();
    conversation.step('start');
    conversation.say('note');
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    expect(conversation.readAnswer(id)).toBe('yes');
    return { conversation, id };
  };

  test('gets an answer that was handed over, and its feedback, again and marked', () => {
    const { conversation, id } = answered();
    expect(conversation.ask('Deploy?')).toEqual({ id, got: ['note', 'yes'], redelivered: true });
    expect(conversation.instance).toMatchObject({ status: 'ACTIVE', lastPosition: 4 });
  });

  test.each<[string, (conversation: TestConversation) => unknown]>([
    ['after a step', (conversation) => conversation.step('deploy')],
    ['after another question', (conversation) => conversation.ask('Where?')],
    ['after the end of the session', (conversation) => conversation.end()],
    ['after a read with the cursor', (conversation) => conversation.readPending()],
    [
      'when the answer is old',
      (conversation) => {
        conversation.now = later(NOW, LEASE_MS);
      },
    ],
  ])('is a new question %s', (_when, act) => {
    const { conversation, id } = answered();
    act(conversation);
    expect(conversation.ask('Deploy?').id).not.toBe(id);
  });

  test('is a new question of a caller with an idempotency key, which repeats the key in a retry', () => {
    const { conversation, id } = answered();
    expect(conversation.ask('Deploy?', { hasIdempotencyKey: true }).id).not.toBe(id);
  });

  test('is a new question when the answer was read with the cursor', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    expect(conversation.readPending()).toEqual(['yes']);
    expect(conversation.ask('Deploy?').id).not.toBe(id);
  });

  test('becomes the read cursor again, for a reader that goes on from the question', () => {
    const { conversation, id } = answered();
    conversation.ask('Deploy?');
    conversation.say('and hurry');
    expect(conversation.instance.lastReadMessageId).toBe(id);
    expect(conversation.readPending()).toEqual(['and hurry']);
  });

  test('is the same question when the last step was turned into it', () => {
    const conversation = new TestConversation();
    const { id } = conversation.step('Deploy?');
    conversation.say('yes');
    expect(conversation.requestInput(id)).toEqual(['yes']);
    expect(conversation.ask('Deploy?')).toEqual({ id, got: ['yes'], redelivered: true });
  });

  test('stays leased when an older step is turned into a question', () => {
    const conversation = new TestConversation();
    const older = conversation.step('start');
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    expect(conversation.requestInput(older.id)).toEqual([]);
    expect(conversation.ask('Deploy?').id).toBe(id);
  });

  test('gets what was read on lease again', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    conversation.say('and hurry');
    expect(conversation.readPending({ onLease: true })).toEqual(['yes', 'and hurry']);
    expect(conversation.ask('Deploy?')).toEqual({ id, got: ['yes', 'and hurry'], redelivered: true });
  });

  test('is a new question when the person typed the answer at the agent itself', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes', true);
    expect(conversation.ask('Deploy?').id).not.toBe(id);
  });

  test('is asked anew in the end, so that one answer does not count for ever', () => {
    const { conversation, id } = answered();
    const ids = Array.from({ length: 20 }, () => conversation.ask('Deploy?').id);
    expect(ids.filter((other) => other === id)).toHaveLength(MAX_DELIVERIES - 1);
  });

  test('gets its answer as often when it was repeated before the answer was sent', () => {
    const conversation = new TestConversation();
    conversation.step('start');
    conversation.say('note');
    const { id } = conversation.ask('Deploy?');
    conversation.say('yes');
    for (let nth = 0; nth < MAX_DELIVERIES; nth += 1) expect(conversation.ask('Deploy?').id).toBe(id);
    const readers = Array.from({ length: 20 }, () => {
      const asked = conversation.ask('Deploy?').id;
      conversation.readAnswer(asked);
      return asked;
    });
    expect(readers.filter((asked) => asked === id)).toHaveLength(MAX_DELIVERIES);
  });

  test('is a new message if it was a step before', () => {
    const conversation = new TestConversation();
    const { id } = conversation.step('Deploy?');
    expect(conversation.ask('Deploy?').id).not.toBe(id);
  });

  test('waits on while it is open, and an empty read does not acknowledge it', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    expect(conversation.readPending()).toEqual([]);
    conversation.say('yes');
    expect(conversation.ask('Deploy?').id).toBe(id);
  });
});

describe('a question after which more was handed over than fits into one hand-off', () => {
  const LONG_TEXT = 'x'.repeat(400_000);
  const positions = (messages: readonly Message[]) => messages.map(({ position }) => position);

  test('gets the first part when it is repeated, and its reader gets the rest', () => {
    const conversation = new TestConversation();
    const { id } = conversation.ask('Deploy?');
    for (let nth = 0; nth < 4; nth += 1) conversation.say(LONG_TEXT);
    for (let nth = 0; nth < 2; nth += 1) conversation.readPending({ onLease: true });

    expect(conversation.ask('Deploy?')).toMatchObject({ id, got: [LONG_TEXT, LONG_TEXT], redelivered: true });
    const rest = conversation.readAfter(messageIdOf(3));
    expect([positions(rest.alreadyRead), rest.more]).toEqual([[4, 5], false]);
  });

  test('gets all of it, part by part, also while it is open', () => {
    const conversation = new TestConversation();
    conversation.step('start');
    for (let nth = 0; nth < 5; nth += 1) conversation.say(LONG_TEXT);
    const { id } = conversation.ask('Deploy?');
    for (let nth = 0; nth < 2; nth += 1) conversation.readPending({ onLease: true });

    for (let nth = 0; nth < 2; nth += 1) {
      expect(conversation.ask('Deploy?')).toMatchObject({
        id,
        got: [LONG_TEXT, LONG_TEXT],
        redelivered: true,
      });
      const second = conversation.readAfter(id);
      expect([positions(second.alreadyRead), second.more]).toEqual([[4, 5], true]);
      expect(positions(conversation.readAfter(messageIdOf(5)).alreadyRead)).toEqual([6]);
    }
  });
});
