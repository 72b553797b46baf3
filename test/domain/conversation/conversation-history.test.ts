import { describe, expect, test } from 'vitest';
import {
  applyChanges,
  type Conversation,
  EMPTY_CONVERSATION,
} from '../../../src/domain/conversation/conversation.ts';
import {
  byPosition,
  isOpenQuestion,
  isQueued,
  type Message,
} from '../../../src/domain/conversation/message.ts';
import { DomainError } from '../../../src/domain/errors.ts';
import { NOW } from '../../support/builders.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { postDecision, type RandomDecision, randomDecision } from './random-decisions.ts';

const SEEDS = Array.from({ length: 150 }, (_, index) => index + 1);
const DECISIONS = 80;

const ANSWERED: readonly Message['questionStatus'][] = ['answered', 'defaulted'];

/**
 * Makes random decisions on one conversation, and at the end a step that hands over what is still queued.
 * A failure names the decision that broke a rule; the same seed repeats it.
 */
function makeDecisions(seed: number) {
  const random = new SeededRandom(seed);
  const handedOver: string[] = [];
  const states: Conversation[] = [EMPTY_CONVERSATION];
  let now = NOW;

  for (let number = 1; number <= DECISIONS; number += 1) {
    if (random.chance(0.2)) now = new Date(now.getTime() + 20_000);
    const before = states.at(-1) ?? EMPTY_CONVERSATION;
    const decision =
      number < DECISIONS
        ? randomDecision(random, before, number, now)
        : postDecision('done', false, null, number, now);
    const after = applyDecision(decision, before, handedOver);
    expect(
      [...brokenRules(after), ...brokenPromises(before, after)],
      `after decision ${number}: ${decision.name}`,
    ).toEqual([]);
    states.push(after);
  }
  return { states, messages: states.at(-1)?.messages ?? [], handedOver };
}

function applyDecision(decision: RandomDecision, before: Conversation, handedOver: string[]): Conversation {
  try {
    const { output, changes } = decision.decide(before);
    const queued = ids(before.messages.filter(isQueued).sort(byPosition));
    const drained = ids(output.handedOver).filter((id) => queued.includes(id));
    if (drained.length > 0) expect(drained, `all of the queue, in order: ${decision.name}`).toEqual(queued);
    const isAgain = ids(output.handedOver).map((id) => handedOver.includes(id));
    expect(isAgain.includes(true), `marked if and only if handed over again: ${decision.name}`).toBe(
      output.redelivered ?? false,
    );
    handedOver.push(...ids(output.handedOver).filter((_id, index) => !isAgain[index]));
    return applyChanges(before, changes);
  } catch (error) {
    if (error instanceof DomainError) return before;
    throw error;
  }
}

/** Returns the rules that a conversation breaks. These rules must hold at any time. */
function brokenRules({ instance, messages }: Conversation): string[] {
  if (instance === null) return messages.length === 0 ? [] : ['messages of no instance'];
  const known = new Map(messages.map((message) => [message.id, message]));
  const ended = instance.status === 'COMPLETED';
  const inOrder = messages.toSorted(byPosition);
  return broken([
    ['positions are 1 to n', inOrder.every(({ position }, index) => position === index + 1)],
    ['the last position is n', instance.lastPosition === messages.length],
    ['an end time if and only if ended', (instance.endedAt !== null) === ended],
    ['no open question on an ended instance', !ended || !messages.some(isOpenQuestion)],
    [
      'it awaits input exactly when a question is open and it has not ended',
      (instance.status === 'AWAITING_INPUT') === (!ended && messages.some(isOpenQuestion)),
    ],
    [
      'the cursor names a message',
      instance.lastReadMessageId === null || known.has(instance.lastReadMessageId),
    ],
    [
      'only questions have a question status',
      messages.every((m) => (m.questionStatus !== null) === m.requiresUserInput),
    ],
    ['only the agent asks', messages.every((m) => m.senderType === 'AGENT' || !m.requiresUserInput)],
    [
      'an answer if and only if answered, or defaulted',
      messages.every((m) => (m.answerId !== null) === ANSWERED.includes(m.questionStatus)),
    ],
    [
      'an answer names the question that has it',
      messages.every(
        ({ id, answerTo }) => answerTo === null || known.get(answerTo.questionId)?.answerId === id,
      ),
    ],
    [
      'who decided fits the status',
      messages.every(
        ({ answerTo }) =>
          answerTo === null ||
          (answerTo.decidedBy === 'default') ===
            (known.get(answerTo.questionId)?.questionStatus === 'defaulted'),
      ),
    ],
    [
      'only questions that ended without an answer are untold, each once',
      new Set(instance.untoldEndings.map(({ questionId }) => questionId)).size ===
        instance.untoldEndings.length &&
        instance.untoldEndings.every(
          ({ questionId, status }) => known.get(questionId)?.questionStatus === status,
        ),
    ],
    [
      'answers are the person’s',
      messages.every((m) => m.answerId === null || known.get(m.answerId)?.senderType === 'USER'),
    ],
    [
      'only the person’s messages are read',
      messages.every((m) => m.senderType === 'USER' || m.readAt === null),
    ],
    [
      'a read message knows its version',
      messages.every((m) => m.senderType === 'AGENT' || (m.readAt === null) === (m.readVersion === null)),
    ],
  ]);
}

/** What a message asks for. Its default answer is not part of that: a repeat of the question replaces it. */
const askedFor = ({ question }: Message): string =>
  JSON.stringify([question?.choice ?? null, question?.form ?? null, question?.markup ?? '']);

/** Returns the changes of a decision that no decision may make. */
function brokenPromises(before: Conversation, after: Conversation): string[] {
  const grown = after === before ? 0 : 1;
  const now = new Map(after.messages.map((message) => [message.id, message]));
  const stays = (fields: (message: Message) => unknown[]) =>
    before.messages.every((was) => {
      const is = now.get(was.id);
      return is !== undefined && fields(was).every((value, index) => value === fields(is)[index]);
    });
  const keeps = (field: 'readAt' | 'answerId') =>
    before.messages.every((was) => was[field] === null || was[field] === now.get(was.id)?.[field]);
  const isNews = before.messages.every(
    (was) => (was.readVersion ?? 0) <= (now.get(was.id)?.readVersion ?? 0),
  );
  return broken([
    ['the version grows by one', (after.instance?.version ?? 0) === (before.instance?.version ?? 0) + grown],
    [
      'what is written stays',
      stays((m) => [m.position, m.content, m.senderType, m.createdAt, m.metadata, askedFor(m)]),
    ],
    [
      'only an open question gets another default answer or deadline',
      before.messages.every((was) => {
        const is = now.get(was.id);
        if (isOpenQuestion(was)) return true;
        return was.question === is?.question && was.expiresAt === is.expiresAt;
      }),
    ],
    ['what is read stays read', keeps('readAt') && isNews],
    ['an answer stays the answer', keeps('answerId')],
    [
      'a question ends once',
      before.messages.every(
        (was) =>
          was.questionStatus === null ||
          isOpenQuestion(was) ||
          was.questionStatus === now.get(was.id)?.questionStatus,
      ),
    ],
    ['at most one message more', after.messages.length - before.messages.length <= grown],
  ]);
}

const broken = (rules: [rule: string, holds: boolean][]) =>
  rules.filter(([, holds]) => !holds).map(([rule]) => rule);

const ids = (messages: readonly Message[]): string[] => messages.map(({ id }) => id);

describe('random decisions, one after another', () => {
  test.each(SEEDS)(
    'keep every rule, and hand over each user message, again only if marked (seed %i)',
    (seed) => {
      const { messages, handedOver } = makeDecisions(seed);
      const fromPerson = messages.filter(({ senderType }) => senderType === 'USER');
      expect(fromPerson.filter(isQueued)).toEqual([]);
      expect(handedOver.toSorted()).toEqual(ids(fromPerson).toSorted());
    },
  );

  test('the random histories reach every state that has a rule', () => {
    const states = SEEDS.slice(0, 20).flatMap((seed) => makeDecisions(seed).states);
    const messages = states.flatMap((state) => state.messages);
    expect(new Set(states.map(({ instance }) => instance?.status))).toEqual(
      new Set([undefined, 'ACTIVE', 'AWAITING_INPUT', 'COMPLETED']),
    );
    expect(new Set(messages.map(({ questionStatus }) => questionStatus))).toEqual(
      new Set([null, 'open', 'answered', 'defaulted', 'expired', 'withdrawn', 'closed']),
    );
    const queues = new Set(states.map((state) => state.messages.filter(isQueued).length));
    expect([...queues].sort()).toEqual(expect.arrayContaining([0, 1, 2, 3]));
  });
});
