import assert from 'node:assert/strict';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { QuestionShape } from '../../domain/question/question-shape.ts';
import { assertIncludes } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow } from '../test-values.ts';
import type { OpenStore } from './open-store.ts';
import { newTarget, testActionsIn } from './test-actions.ts';

const CHOICE: QuestionShape = {
  choice: {
    options: [
      { label: 'The main branch', value: 'main', description: 'As always \u{1F600}' },
      { label: 'Another', value: 'other', description: null },
    ],
    multiple: true,
    min: 0,
    max: 2,
  },
  form: null,
  defaultAnswer: { values: ['main'] },
  markup: '\n[OPTIONS]\n1. The main branch\n2. Another\n[/OPTIONS]',
};

/** A database that sorts the names of fields would change this order. */
const FIELD_NAMES = ['port', 'a', 'branch', 'B'];

const FORM: QuestionShape = {
  choice: null,
  form: {
    type: 'object',
    title: 'How to deploy?',
    properties: {
      port: { type: 'integer', minimum: 1 },
      a: { type: 'array', items: { type: 'string', enum: ['x', 'y'] } },
      branch: { type: 'string', title: 'Which branch?' },
      B: { type: 'boolean', default: true },
    },
    required: ['port', 'branch'],
  },
  defaultAnswer: { form: { port: 80, branch: 'main' } },
  markup: '',
};

export function savingQuestions({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { post, answer, endAt, change, load } = testActionsIn(storeUnderTest);

  describe('what a question asks for, and how it ended, is loaded as saved', () => {
    const ask = async (shape: QuestionShape) => {
      const target = newTarget();
      const asked = { isQuestion: true, shape, expiresAt: msAfterNow(1) };
      return { target, question: (await post(target, asked)).message };
    };

    test('a choice, its default answer, its markup and its deadline', async () => {
      const { target, question } = await ask(CHOICE);
      assert.deepEqual((await load(target)).messages, [question]);
      assert.deepEqual(question.question, CHOICE);
      assert.deepEqual(question.expiresAt, msAfterNow(1));
    });

    test('a form, with its fields in the order that the agent gave them', async () => {
      const { target, question } = await ask(FORM);
      const { messages } = await load(target);
      assert.deepEqual(messages, [question]);
      assert.deepEqual(Object.keys(messages[0]?.question?.form?.properties ?? {}), FIELD_NAMES);
    });

    test('another default answer and deadline, given by a repeat', async () => {
      const { target, question } = await ask(CHOICE);
      const shape = { ...CHOICE, defaultAnswer: { values: ['other'] } };
      const { message } = await post(target, { isQuestion: true, shape, expiresAt: msAfterNow(9) });
      assert.deepEqual(message.question, shape);
      const { messages } = await load(target);
      assert.deepEqual(messages, [{ ...question, ...message }]);
      assert.deepEqual(messages[0]?.expiresAt, msAfterNow(9));
    });

    test('what a step asks for', async () => {
      const target = newTarget();
      const { message } = await post(target, { shape: CHOICE });
      assert.deepEqual((await load(target, { messageId: message.id })).messages, [message]);
      assert.deepEqual(message.question, CHOICE);
    });

    test('where its agent wants it to be read, also after it has changed', async () => {
      const target = newTarget();
      const reach = { push: true, email: false, sms: null };
      const { message: step } = await post(target, { reach });
      const { message: question } = await post(target, { isQuestion: true, content: 'Or?', reach });
      assert.deepEqual([step.reach, question.reach], [reach, reach]);
      const reply = await answer(target, question.id, 'Yes');
      const { messages } = await load(target, { messageId: step.id, questionId: question.id });
      assertIncludes(messages, step);
      assertIncludes(messages, { ...question, questionStatus: 'answered', answerId: reply.id });
      const { message: other } = await post(newTarget());
      assert.equal(other.reach, null);
    });

    /** Checks that a question and its answer are loaded as a decision returned them, or as expected. */
    const assertLoaded = async (target: ReturnType<typeof newTarget>, question: Message, reply: Message) => {
      const { messages } = await load(target, { questionId: question.id });
      assertIncludes(messages, question);
      assertIncludes(messages, reply);
    };

    test('an answer that chose options, and where it came from', async () => {
      const { target, question } = await ask(CHOICE);
      const reply = await answer(target, question.id, { values: ['other', 'main'] });
      await assertLoaded(target, { ...question, questionStatus: 'answered', answerId: reply.id }, reply);
      assert.deepEqual(reply.answerTo, {
        questionId: question.id,
        values: ['main', 'other'],
        form: null,
        decidedBy: 'person',
        via: 'page',
      });
    });

    test('an answer that filled in a form', async () => {
      const { target, question } = await ask(FORM);
      const form = { port: 8080, a: ['y'], branch: 'main', B: false };
      const reply = await answer(target, question.id, { form });
      await assertLoaded(target, { ...question, questionStatus: 'answered', answerId: reply.id }, reply);
      assert.deepEqual(reply.answerTo?.form, form);
    });

    test('a default answer', async () => {
      const { target, question } = await ask(CHOICE);
      await endAt(target, question.id, msAfterNow(1));
      const { messages } = await load(target, { questionId: question.id });
      const reply = messages.find(({ senderType }) => senderType === 'USER');
      const ended = { ...question, questionStatus: 'defaulted' as const, answerId: reply?.id ?? null };
      assertIncludes(messages, ended);
      assert.deepEqual(reply?.answerTo, {
        questionId: question.id,
        values: ['main'],
        form: null,
        decidedBy: 'default',
        via: null,
      });
    });

    test('which questions ended without an answer, until the agent has been told', async () => {
      const target = newTarget();
      const { message: first } = await post(target, { isQuestion: true, expiresAt: msAfterNow(1) });
      const { message: second } = await post(target, { content: 'And now?', isQuestion: true });
      await endAt(target, first.id, msAfterNow(1));
      await change(target, endSession);
      assert.deepEqual((await load(target)).instance?.untoldEndings, [
        { questionId: first.id, status: 'expired' },
        { questionId: second.id, status: 'closed' },
      ]);
      await post(target);
      assert.deepEqual((await load(target)).instance?.untoldEndings, []);
    });
  });
}
