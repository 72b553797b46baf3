import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  InFlightRequests,
  idempotencyOf,
  withIdempotency,
} from '../../../src/application/dispatch/idempotency.ts';
import { EMPTY_CONVERSATION } from '../../../src/domain/conversation/conversation.ts';
import { startAgentInstance } from '../../../src/domain/conversation/lifecycle.ts';
import type { AgentInstanceId } from '../../../src/domain/ids.ts';
import { refusalOf } from '../../domain/refusal-of.ts';
import { aCaller, anAgentType, instanceIdOf, NOW, userIdOf } from '../../support/builders.ts';
import { refusal } from '../in-memory-application.ts';

const of = (input: object, key = 'key', useCase = 'log', onlyInstance: AgentInstanceId | null = null) =>
  idempotencyOf(key, { useCase, input, onlyInstance, requestedAt: NOW });

describe('a request with an Idempotency-Key', () => {
  test('is the same request if use case and input are the same', () => {
    expect(of({ content: 'a', list: [1, { b: null }] })).toEqual(
      of({ content: 'a', list: [1, { b: null }] }),
    );
    expect(of({}).requestedAt).toEqual(NOW);
  });

  test.each([
    ['another value', of({ content: 'b' })],
    ['an additional field', of({ content: 'a', extra: null })],
    ['a field missing', of({})],
    ['another type', of({ content: ['a'] })],
    ['another use case', of({ content: 'a' }, 'key', 'end')],
  ])('is another request with %s', (_what, other) => {
    expect(other.fingerprint).not.toBe(of({ content: 'a' }).fingerprint);
  });

  test.each(['k', 'x'.repeat(255), '!"#~ 7', '"0190a5c2-7b1e-7cde-8f01-23456789abcd"'])(
    'may have the key %j',
    (key) => {
      expect(of({}, key).key).toBe(key);
    },
  );

  test.each(['', 'x'.repeat(256), 'a\nb', 'a\n', '\t', '\u007f', 'ä', '😀'])(
    'may not have the key %j',
    async (key) => {
      expect(refusalOf(() => of({}, key))).toMatchObject({
        code: 'invalid_idempotency_key',
      });
    },
  );
});

describe('a request that is answered once', () => {
  const request = of({ content: 'a' });
  const { changes } = startAgentInstance(EMPTY_CONVERSATION, {
    id: instanceIdOf(1),
    agentType: anAgentType(),
    now: NOW,
  });
  const decide = vi.fn(() => ({ output: { n: 1, at: null }, changes }));

  beforeEach(() => decide.mockClear());

  test('is decided, and its answer is recorded together with its effect', () => {
    expect(withIdempotency(request, decide)(EMPTY_CONVERSATION, null)).toEqual({
      output: { n: 1, at: null },
      changes,
      record: { fingerprint: request.fingerprint, answer: '{"n":1,"at":null}', recordedAt: NOW },
    });
    expect(decide).toHaveBeenCalledExactlyOnceWith(EMPTY_CONVERSATION);
  });

  test('is recorded even if it has no effect', () => {
    const decision = withIdempotency(request, () => ({ output: 1, changes: null }))(EMPTY_CONVERSATION, null);
    expect(decision).toMatchObject({ changes: null, record: { answer: '1' } });
  });

  test('is answered from its record the next time, without a decision, a change or a new record', () => {
    const record = { fingerprint: request.fingerprint, answer: '{"n":7}', recordedAt: NOW };
    expect(withIdempotency(request, decide)(EMPTY_CONVERSATION, record)).toEqual({
      output: { n: 7 },
      changes: null,
      record: null,
    });
    expect(decide).not.toHaveBeenCalled();
  });

  test('fails if the record belongs to another request', async () => {
    const { record } = withIdempotency(of({ content: 'b' }), decide)(EMPTY_CONVERSATION, null);
    decide.mockClear();
    expect(refusalOf(() => withIdempotency(request, decide)(EMPTY_CONVERSATION, record))).toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(decide).not.toHaveBeenCalled();
  });

  test('is not recorded while its answer is provisional, but its effect is saved', () => {
    const provisional = withIdempotency(request, () => ({ ...decide(), isProvisional: true }))(
      EMPTY_CONVERSATION,
      null,
    );
    expect(provisional).toEqual({ output: { n: 1, at: null }, changes, record: null });
    const final = withIdempotency(request, () => ({ ...decide(), isProvisional: false }))(
      EMPTY_CONVERSATION,
      null,
    );
    expect(final.record).not.toBeNull();
  });

  test('is decided each time and never recorded if it has no key', () => {
    const answer = withIdempotency(null, decide);
    expect(answer(EMPTY_CONVERSATION, null).record).toBeNull();
    expect(answer(EMPTY_CONVERSATION, null).record).toBeNull();
    expect(decide).toHaveBeenCalledTimes(2);
  });

  test('records nothing if it fails', () => {
    const refuse = withIdempotency(request, () => {
      throw new Error('no');
    });
    expect(() => refuse(EMPTY_CONVERSATION, null)).toThrow('no');
  });
});

describe('a repeat of a request that is still running', () => {
  const ada = aCaller();
  const request = of({ content: 'a' });

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount(), 'no timer is left behind').toBe(0);
    vi.useRealTimers();
  });

  /** Returns the work of a request, which ends when the test resolves its promise. */
  const work = () => ({ ...Promise.withResolvers<string>(), run: vi.fn() });
  const start = (
    requests: InFlightRequests,
    { run, promise }: ReturnType<typeof work>,
    caller = ada,
    of = request,
  ) =>
    requests.run(caller, of, () => {
      run();
      return promise;
    });

  test('waits for the first and runs after it', async () => {
    const [requests, first, repeat] = [new InFlightRequests(), work(), work()];
    const answers = [start(requests, first), start(requests, repeat)];
    await vi.advanceTimersByTimeAsync(9_999);
    expect(repeat.run).not.toHaveBeenCalled();
    first.resolve('first');
    await vi.advanceTimersByTimeAsync(0);
    expect(repeat.run).toHaveBeenCalledOnce();
    repeat.resolve('repeat');
    expect(await Promise.all(answers)).toEqual(['first', 'repeat']);
  });

  test('fails with idempotency_in_flight after 10 s, and does not run', async () => {
    const [requests, first, repeat] = [new InFlightRequests(), work(), work()];
    const answer = start(requests, first);
    const refused = refusal(start(requests, repeat));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await refused).toMatchObject({ code: 'idempotency_in_flight' });
    expect(repeat.run).not.toHaveBeenCalled();
    first.resolve('late');
    expect(await answer).toBe('late');
  });

  test('runs if the first has failed, and does not fail with it', async () => {
    const [requests, first, repeat] = [new InFlightRequests(), work(), work()];
    const failure = expect(start(requests, first)).rejects.toThrow('down');
    const answer = start(requests, repeat);
    first.reject(new Error('down'));
    repeat.resolve('repeat');
    await failure;
    expect(await answer).toBe('repeat');
  });

  test('does not run beside another repeat: they run one after another', async () => {
    const requests = new InFlightRequests();
    const works = [work(), work(), work(), work()];
    const answers = works.map((each) => start(requests, each));
    const running = () => works.filter(({ run }) => run.mock.calls.length > 0).length;
    for (let finished = 0; finished < works.length; finished += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(running()).toBe(finished + 1);
      works[finished]?.resolve(`${finished}`);
    }
    expect(await Promise.all(answers)).toEqual(['0', '1', '2', '3']);
  });

  test('waits 10 s in total, however many run before it', async () => {
    const requests = new InFlightRequests();
    const [first, second, third] = [work(), work(), work()];
    const answers = [start(requests, first), start(requests, second)];
    const refused = refusal(start(requests, third));
    await vi.advanceTimersByTimeAsync(6_000);
    first.resolve('first');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await refused).toMatchObject({ code: 'idempotency_in_flight' });
    second.resolve('second');
    await Promise.all(answers);
  });

  test('fails at once if it is another request with the same key', async () => {
    const [requests, first, other] = [new InFlightRequests(), work(), work()];
    const answer = start(requests, first);
    expect(await refusal(start(requests, other, ada, of({ content: 'b' })))).toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(other.run).not.toHaveBeenCalled();
    first.resolve('first');
    await answer;
  });

  test.each([
    ['of another user', aCaller({ userId: userIdOf('eve') }), request],
    ['under another key', ada, of({ content: 'a' }, 'another key')],
  ])('is not a repeat if it is %s', async (_whose, caller, other) => {
    const [requests, first, second] = [new InFlightRequests(), work(), work()];
    const answers = [start(requests, first), start(requests, second, caller, other)];
    expect(second.run).toHaveBeenCalledOnce();
    first.resolve('');
    second.resolve('');
    await Promise.all(answers);
  });

  test.each([
    ['answered', (first: ReturnType<typeof work>) => first.resolve('')],
    ['failed', (first: ReturnType<typeof work>) => first.reject(new Error('down'))],
  ])('does not wait after the first has %s, because the key is free', async (_how, end) => {
    const [requests, first, later] = [new InFlightRequests(), work(), work()];
    const answer = start(requests, first);
    end(first);
    await answer.catch(() => {});
    const another = start(requests, later, ada, of({ content: 'b' }));
    expect(later.run).toHaveBeenCalledOnce();
    later.resolve('later');
    expect(await another).toBe('later');
  });
});
