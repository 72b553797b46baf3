import { describe, expect, test } from 'vitest';
import {
  classifyFailure,
  loadOutboxMessages,
  nextToSend,
  removeOutboxMessage,
  saveOutboxMessage,
  type TextStorage,
} from '../../web/src/model/outbox-message.ts';
import { buildTimeline } from '../../web/src/model/timeline-entries.ts';
import { aMessage, anOutgoing, aQuestion } from './builders.ts';

/** A browser's storage without the browser. */
class Memory implements TextStorage {
  readonly #texts = new Map<string, string>();
  get length(): number {
    return this.#texts.size;
  }
  key = (at: number): string | null => [...this.#texts.keys()][at] ?? null;
  getItem = (key: string): string | null => this.#texts.get(key) ?? null;
  setItem = (key: string, text: string): void => void this.#texts.set(key, text);
  removeItem = (key: string): void => void this.#texts.delete(key);
}

describe('the outbox', () => {
  test('is kept in the order of writing, and only for its person', () => {
    const storage = new Memory();
    saveOutboxMessage(storage, anOutgoing({ idempotencyKey: 'b', writtenAt: '2026-01-01T10:00:01.000Z' }));
    saveOutboxMessage(storage, anOutgoing({ idempotencyKey: 'a', writtenAt: '2026-01-01T10:00:00.000Z' }));
    saveOutboxMessage(storage, anOutgoing({ idempotencyKey: 'c', userId: 'somebody else' }));
    expect(loadOutboxMessages(storage, 'local').map(({ idempotencyKey: key }) => key)).toEqual(['a', 'b']);
  });

  test('forgets what has arrived, and bears what it did not write', () => {
    const storage = new Memory();
    storage.setItem('outbox:broken', '{');
    storage.setItem('draft:one', 'text');
    saveOutboxMessage(storage, anOutgoing());
    removeOutboxMessage(storage, 'key');
    expect(loadOutboxMessages(storage, 'local')).toEqual([]);
  });

  test('sends the messages of an instance one after the other, those of several at once', () => {
    const next = nextToSend([
      anOutgoing({ idempotencyKey: '1' }),
      anOutgoing({ idempotencyKey: '2' }),
      anOutgoing({ idempotencyKey: '3', instanceId: 'two' }),
    ]);
    expect(next.map(({ idempotencyKey: key }) => key)).toEqual(['1', '3']);
  });

  test('a refused message does not hold up the next', () => {
    const refusal = { code: 'already_answered', detail: '', answer: null };
    expect(
      nextToSend([anOutgoing({ idempotencyKey: '1', refusal }), anOutgoing({ idempotencyKey: '2' })]).map(
        ({ idempotencyKey: key }) => key,
      ),
    ).toEqual(['2']);
  });
});

describe('after an attempt', () => {
  const problem = (status: number, code = 'x') => ({ status, code, detail: 'why' });

  test.each([
    null,
    problem(500),
    problem(503),
    problem(429),
    problem(408),
    problem(409, 'idempotency_in_flight'),
  ])('%j: it is sent again', (answer) => {
    expect(classifyFailure(answer)).toBe('again');
  });

  test('without a session it waits for the person', () => {
    expect(classifyFailure(problem(401))).toBe('sign-in');
  });

  test('what somebody else has answered is refused, with that answer', () => {
    const answer = aMessage(2, { sender_type: 'USER' });
    expect(classifyFailure({ ...problem(409, 'already_answered'), answer })).toEqual({
      code: 'already_answered',
      detail: 'why',
      answer,
    });
  });
});

describe('the timeline', () => {
  test('ends with what is still to be sent', () => {
    const entries = buildTimeline([aMessage(1)], [anOutgoing()]);
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'outgoing']);
  });

  test('does not show a message twice that the stream told before our own request was answered', () => {
    const arrived = aMessage(2, { sender_type: 'USER', content: 'Yes' });
    expect(buildTimeline([aMessage(1), arrived], [anOutgoing({ after: 1 })]).map(({ kind }) => kind)).toEqual(
      ['message', 'message'],
    );
  });

  test('the same words said before do not count as arrived', () => {
    const before = aMessage(1, { sender_type: 'USER', content: 'Yes' });
    expect(buildTimeline([before], [anOutgoing({ after: 1 })]).map(({ kind }) => kind)).toEqual([
      'message',
      'outgoing',
    ]);
  });

  test('marks where a day begins, and which message is an answer', () => {
    const entries = buildTimeline(
      [
        aQuestion(1, { answer_id: 'message-2' }),
        aMessage(2, { sender_type: 'USER' }),
        aMessage(3, { created_at: '2026-01-03T10:00:00.000Z' }),
      ],
      [],
    );
    expect(entries.map(({ day }) => day !== null)).toEqual([true, false, true]);
    expect(entries.map((entry) => entry.kind === 'message' && entry.isAnswer)).toEqual([false, true, false]);
  });
});
