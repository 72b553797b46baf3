import { describe, expect, test } from 'vitest';
import { mayHaveAsked, NewQuestions } from '../../web/src/model/new-questions.ts';
import type { AgentInstance, Message, StreamEvent } from '../../web/src/model/wire.ts';
import { aMessage, anInstance, aQuestion } from './builders.ts';

const WAITING = anInstance({ status: 'AWAITING_INPUT', chat_length: 5 });
const ACTIVE = anInstance({ status: 'ACTIVE', chat_length: 5 });

const event = (type: 'message' | 'message_update', message: Message): StreamEvent => ({
  type,
  data: { ...message, agent_instance_id: 'one' },
});

/** Returns the ids of the questions that the user is told of. */
function toldOf(events: readonly (readonly [StreamEvent, AgentInstance | undefined])[]): string[] {
  const questions = new NewQuestions();
  return events.flatMap(([each, instance]) => questions.inEvent(each, instance)?.id ?? []);
}

describe('the user is told of', () => {
  const question = aQuestion(6);
  const asked = event('message', question);

  test.each([
    ['a question', [[asked, ACTIVE]]],
    ['a question of an instance that is not known yet', [[asked, undefined]]],
    [
      'a question that is sent again when the stream continues',
      [
        [asked, ACTIVE],
        [asked, WAITING],
      ],
    ],
    [
      'a question beside which the agent logs a step',
      [
        [asked, ACTIVE],
        [event('message', aMessage(7)), WAITING],
      ],
    ],
    [
      'a question that is answered',
      [
        [asked, ACTIVE],
        [event('message', aMessage(7, { sender_type: 'USER', content: 'Yes' })), WAITING],
        [event('message_update', { ...question, question_status: 'answered' }), WAITING],
      ],
    ],
    [
      'a question whose agent begins and stops to wait',
      [
        [asked, ACTIVE],
        [event('message_update', { ...question, agent_waiting: true }), WAITING],
        [event('message_update', { ...question, agent_waiting: false }), ACTIVE],
      ],
    ],
    [
      'a step that becomes a question',
      [
        [event('message', { ...aMessage(6), id: question.id }), ACTIVE],
        [event('message_update', question), ACTIVE],
      ],
    ],
    [
      'a step that becomes a question beside another one',
      [
        [event('message', { ...aMessage(6), id: question.id }), WAITING],
        [event('message_update', question), WAITING],
      ],
    ],
  ] as [string, [StreamEvent, AgentInstance | undefined][]][])('%s once', (_, events) => {
    expect(toldOf(events)).toEqual([question.id]);
  });

  test('each of two questions of one agent', () => {
    expect(
      toldOf([
        [asked, ACTIVE],
        [event('message', aQuestion(7)), WAITING],
      ]),
    ).toEqual(['message-6', 'message-7']);
  });

  test.each([
    ['a step', event('message', aMessage(6)), ACTIVE],
    ['an answer', event('message', aMessage(6, { sender_type: 'USER' })), WAITING],
    [
      'a question that is answered already',
      event('message', aQuestion(6, { question_status: 'answered' })),
      ACTIVE,
    ],
    [
      'a change of a question that was open when the page was opened',
      event('message_update', aQuestion(3)),
      WAITING,
    ],
    [
      'a change of an older question whose agent does not wait any more',
      event('message_update', aQuestion(3)),
      ACTIVE,
    ],
    ['a change of a question before the list is loaded', event('message_update', aQuestion(3)), undefined],
  ])('nothing when there is %s', (_, each, instance) => {
    expect(toldOf([[each, instance]])).toEqual([]);
  });
});

describe('after events were missed', () => {
  const missed = (
    before: AgentInstance | undefined,
    messages: readonly Message[],
    questions = new NewQuestions(),
  ) => questions.inMissed('one', before, messages).map(({ id }) => id);

  test('the user is told of the questions that were asked meanwhile, and only of these', () => {
    expect(missed(WAITING, [aQuestion(4), aMessage(6), aQuestion(7)])).toEqual(['message-7']);
    expect(missed(ACTIVE, [aQuestion(4), aQuestion(5)])).toEqual(['message-5']);
    expect(missed(undefined, [aQuestion(1), aQuestion(2, { question_status: 'closed' })])).toEqual([
      'message-1',
    ]);
  });

  test('the user is not told again of a question that an event brings, before or after', () => {
    const questions = new NewQuestions();
    questions.inEvent(event('message', aQuestion(6)), ACTIVE);
    expect(missed(ACTIVE, [aQuestion(6), aQuestion(7)], questions)).toEqual(['message-7']);
    expect(questions.inEvent(event('message', aQuestion(7)), ACTIVE)).toBeNull();
  });

  test('only instances that wait and have changed are looked at', () => {
    const list = (...instances: AgentInstance[]) => new Map(instances.map((one) => [one.id, one]));
    const ids = (before: AgentInstance[], after: AgentInstance[]) =>
      mayHaveAsked(list(...before), list(...after)).map(({ id }) => id);
    expect(ids([WAITING], [WAITING])).toEqual([]);
    expect(ids([WAITING], [{ ...WAITING, chat_length: 6 }])).toEqual(['one']);
    expect(ids([ACTIVE], [WAITING])).toEqual(['one']);
    expect(ids([], [WAITING])).toEqual(['one']);
    expect(ids([ACTIVE], [{ ...ACTIVE, chat_length: 9 }])).toEqual([]);
  });
});
