import { expect, test } from 'vitest';
import { postAgentMessage } from '../../../../src/domain/conversation/agent-messages.ts';
import type { Message } from '../../../../src/domain/conversation/message.ts';
import type { QuestionShape } from '../../../../src/domain/question/question-shape.ts';
import {
  aConversation,
  agentTypeIdOf,
  aQuestion,
  aQueuedMessage,
  instanceIdOf,
  messageIdOf,
  NOW,
} from '../../../support/builders.ts';
import { aChoice, aShape } from '../../../support/question-builders.ts';

const LATER = new Date(NOW.getTime() + 60_000);
const choice = aChoice();
const STORED = aShape({ choice, defaultAnswer: { values: ['y'] }, markup: '\n[YES/NO]' });

/** Repeats an open question, and returns what became of it. */
function repeat(
  asked: Partial<Message>,
  { others = [], ...sent }: { shape: QuestionShape | null; expiresAt?: Date; others?: readonly Message[] },
) {
  const { output, changes } = postAgentMessage(aConversation([aQuestion(asked), ...others]), {
    agentInstanceId: instanceIdOf(1),
    agentTypeName: null,
    content: aQuestion().content,
    isQuestion: true,
    metadata: null,
    gitDiff: null,
    hasIdempotencyKey: false,
    isClientGone: false,
    newMessageId: messageIdOf(99),
    newAgentTypeId: agentTypeIdOf(9),
    now: NOW,
    ...sent,
  });
  expect(changes?.posted).toEqual([]);
  expect(output.message.id).toBe(messageIdOf(1));
  expect(changes?.amended).toContainEqual(output.message);
  return output.message;
}

test.each<[string, Partial<Message>, QuestionShape | null, QuestionShape | null]>([
  [
    'another default answer, and keeps the markup that people have seen',
    { question: STORED, expiresAt: NOW },
    aShape({ choice, defaultAnswer: { values: ['n'] } }),
    { ...STORED, defaultAnswer: { values: ['n'] } },
  ],
  [
    'no default answer any more',
    { question: STORED, expiresAt: NOW },
    aShape({ choice }),
    { ...STORED, defaultAnswer: null },
  ],
  ['no default answer any more, nor anything else', { question: aShape({ defaultAnswer: 'y' }) }, null, null],
  ['its first default answer', {}, aShape({ defaultAnswer: 'y' }), aShape({ defaultAnswer: 'y' })],
])('a repeat with a deadline gives the open question this deadline, and %s', (_, asked, shape, question) => {
  expect(repeat(asked, { shape, expiresAt: LATER })).toMatchObject({ expiresAt: LATER, question });
});

test('a repeat without a deadline leaves the deadline and the default answer', () => {
  const message = repeat({ question: STORED, expiresAt: LATER }, { shape: aShape({ choice }) });
  expect(message).toMatchObject({ expiresAt: LATER, question: STORED });
});

test('so does not depend on how much was handed over with the question', () => {
  const handedOver = { readAt: NOW, readVersion: 1, content: 'x'.repeat(700_000) };
  const others = [2, 3].map((position) => aQueuedMessage({ position, ...handedOver }));
  const message = repeat({ readVersion: 1 }, { shape: null, expiresAt: LATER, others });
  expect(message).toMatchObject({ expiresAt: LATER });
});
