import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { databaseNotification } from '../../../src/adapters/signals/signal-payload.ts';
import { endQuestionsJob } from '../../../src/application/jobs/end-questions.ts';
import { JobRunner } from '../../../src/application/jobs/job-runner.ts';
import { askQuestion } from '../../../src/application/use-cases/agent/question/ask-question.ts';
import { postponeQuestion } from '../../../src/application/use-cases/dashboard/postpone-question.ts';
import { DeadlineAnnouncements } from '../../../src/application/waiting/deadline-announcements.ts';
import type { StoreSignals } from '../../../src/ports/signals/store-signals.ts';
import { FakeClock, instanceIdOf, NOW } from '../../support/builders.ts';
import { ada, InMemoryApplication } from '../in-memory-application.ts';

/** A clock that the fake timers advance. */
class TimerClock extends FakeClock {
  override now(): Date {
    return new Date();
  }
}

class TimedApplication extends InMemoryApplication {
  override readonly clock = new TimerClock();
}

let application: TimedApplication;
const warn = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  application = new TimedApplication();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

/** Starts a process that is told of the deadlines that this one sets. */
const start = (signals: StoreSignals = application.signals, deadlines = application.deadlines) => {
  const { repository, clock, ids } = application;
  return JobRunner.start([endQuestionsJob({ repository, signals }, clock, { ids, deadlines })], { warn });
};

/** Starts a process that is not told: another process has set the deadlines. */
const startElsewhere = (signals?: StoreSignals) => start(signals, new DeadlineAnnouncements());

/** The signals of a store that several processes share. */
const sharedSignals = (): StoreSignals =>
  Object.create(application.signals, { databaseNotification: { value: databaseNotification } });

const ask = async (expires_in_seconds: number, fields: object = {}) => {
  const question = { content: 'Deploy?', requires_user_input: true, expires_in_seconds, ...fields };
  return (await application.step(question)).message_id;
};
const byDefault = { on_expiry: 'default', default_answer: 'go on' };

const statusOf = async (...ids: readonly string[]) =>
  (await application.stored(...ids)).messages.map(({ questionStatus }) => questionStatus);

describe('a question ends', () => {
  test('before the server takes requests, if its time was over at the start', async () => {
    const question = await ask(60);
    await pass(61);
    using _runner = await start();
    expect(await statusOf(question)).toEqual(['expired']);
  });

  test('at its deadline, not before', async () => {
    using _runner = await start();
    const question = await ask(60);
    await pass(59.999);
    expect(await statusOf(question)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question)).toEqual(['expired']);
  });

  test('at its deadline, if it was asked before the start', async () => {
    const question = await ask(100);
    using _runner = await start();
    await pass(99.999);
    expect(await statusOf(question)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question)).toEqual(['expired']);
  });

  test('before one that was asked earlier, if its deadline is earlier', async () => {
    using _runner = await start();
    const later = await ask(50);
    const sooner = await ask(10, { content: 'Which branch?' });
    await pass(10);
    expect(await statusOf(later, sooner)).toEqual(['open', 'expired']);
    await pass(40);
    expect(await statusOf(later, sooner)).toEqual(['expired', 'expired']);
  });

  test('while its agent waits, which gets the outcome at once', async () => {
    using _runner = await start();
    const answer = application.call(askQuestion, {
      agent_instance_id: instanceIdOf(1),
      agent_type: 'claude-code',
      question_text: 'Deploy?',
      expires_in_seconds: 10,
      ...byDefault,
    });
    await pass(10);
    expect(await answer).toMatchObject({
      status: 'defaulted',
      answer: 'go on',
      outcome: { decided_by: 'default', answered_at: new Date(NOW.getTime() + 10_000).toISOString() },
    });
  });

  test('at the new deadline, if it was postponed', async () => {
    using _runner = await start();
    const question_id = await ask(10);
    await pass(5);
    await application.call(postponeQuestion, { question_id, expires_in_seconds: 120 }, { caller: ada });
    await pass(119.999);
    expect(await statusOf(question_id)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question_id)).toEqual(['expired']);
  });

  test('at the new deadline, if it has less time now', async () => {
    using _runner = await start();
    const question_id = await ask(100);
    await application.call(postponeQuestion, { question_id, expires_in_seconds: 10 }, { caller: ada });
    await pass(9.999);
    expect(await statusOf(question_id)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question_id)).toEqual(['expired']);
  });

  test('of a deleted instance', async () => {
    using _runner = await start();
    const question = await ask(10);
    await application.delete();
    await pass(10);
    expect(await statusOf(question)).toEqual(['expired']);
  });
});

describe('a question of another process', () => {
  test('ends at its deadline, if a look finds it in time', async () => {
    using _runner = await startElsewhere(sharedSignals());
    const question = await ask(10);
    await pass(9.999);
    expect(await statusOf(question)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question)).toEqual(['expired']);
  });

  test('ends 3 s late at most', async () => {
    using _runner = await startElsewhere(sharedSignals());
    const question = await ask(1);
    await pass(2.999);
    expect(await statusOf(question)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question)).toEqual(['expired']);
  });

  test('is looked for once a minute by a process that has its store alone', async () => {
    using _runner = await startElsewhere();
    const question = await ask(1);
    await pass(59.999);
    expect(await statusOf(question)).toEqual(['open']);
    await pass(0.001);
    expect(await statusOf(question)).toEqual(['expired']);
  });

  test('ends once, and has one answer, if two processes end it', async () => {
    const signals = sharedSignals();
    using _one = await start(signals);
    using _two = await start(signals);
    const question = await ask(10, byDefault);
    await pass(20);
    expect(await statusOf(question)).toEqual(['defaulted']);
    expect(await application.step()).toMatchObject({
      queued_user_messages: [{ content: 'go on' }],
      outcomes: [{ question_id: question, status: 'defaulted' }],
    });
  });
});

describe('a question that could not be ended', () => {
  test('is tried again after 2 s, is in the log, and keeps no other from its end', async () => {
    using _runner = await start();
    const questions = [await ask(10), await ask(10, { content: 'Which branch?' })];
    const update = vi.spyOn(application.repository, 'update').mockRejectedValueOnce(new Error('busy'));
    await pass(10);
    expect(await statusOf(...questions)).toEqual(['open', 'expired']);
    expect(warn).toHaveBeenCalledOnce();
    update.mockClear();
    await pass(1.999);
    expect(update).not.toHaveBeenCalled();
    await pass(0.001);
    expect(await statusOf(...questions)).toEqual(['expired', 'expired']);
  });

  test('because the store is away is tried again, and the failure is logged', async () => {
    const failure = new Error('no database');
    vi.spyOn(application.repository, 'nextDeadlines').mockRejectedValueOnce(failure);
    const question = await ask(10);
    using _runner = await start();
    expect(warn).toHaveBeenLastCalledWith({ err: failure }, expect.stringContaining('end questions'));
    await pass(12);
    expect(await statusOf(question)).toEqual(['expired']);
  });
});

test('at most 200 questions end at once; the others follow without a pause', async () => {
  const questions: string[] = [];
  for (let nth = 1; nth <= 250; nth += 1) questions.push(await ask(10, { content: `question ${nth}` }));
  await pass(20);
  using _runner = await start();
  const open = async () => (await statusOf(...questions)).filter((status) => status === 'open').length;
  expect(await open()).toBe(50);
  await pass(0);
  expect(await open()).toBe(0);
});

test('while nothing is due, a process with its store alone reads once a minute', async () => {
  const read = vi.spyOn(application.repository, 'nextDeadlines');
  using _runner = await start();
  await ask(86_400);
  await pass(600);
  expect(read).toHaveBeenCalledTimes(11);
});
