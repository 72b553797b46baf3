import { useEffect } from 'preact/hooks';
import type { AnswerContent } from '../../../../../src/domain/question/answer-content.ts';
import { type Conversation, hasReachedStart, openQuestions } from '../../../model/conversation.ts';
import { preview } from '../../../model/preview.ts';
import { type QuestionQueue, queueOf, wouldAnswerAnother } from '../../../model/question/question-queue.ts';
import { textOf } from '../../../model/question/question-text.ts';
import { statusGroupOf } from '../../../model/status-group.ts';
import type { AgentInstance } from '../../../model/wire.ts';
import { loadOlderMessages } from '../../../store/agents/dashboard.ts';
import { connection } from '../../../store/agents/live-updates.ts';
import { outbox, sendAnswer, sendMessage } from '../../../store/agents/outbox.ts';
import { focusNextQuestion } from '../../../store/agents/question-focus.ts';
import { AnswerHint } from './answer-hint.tsx';
import { AnswerText } from './answer-text.tsx';
import { chosenQuestionId } from './chosen-question.ts';
import { Deadline } from './deadline.tsx';
import { QuestionPicker } from './question-picker.tsx';
import { ShapedAnswer } from './shaped-answer.tsx';
import { useQuestionFocus } from './use-question-focus.ts';

interface AnswerBarProps {
  readonly instance: AgentInstance;
  readonly conversation: Conversation;
}

/** Where the user answers the open questions of an agent, one after the other, or writes a message. */
export function AnswerBar({ instance, conversation }: AnswerBarProps) {
  const { id } = instance;
  const queue = readQueue(conversation);
  const { question, isSending } = queue;
  useEffect(() => {
    chosenQuestionId.value = question?.id ?? null;
  }, [question?.id]);
  useOlderQuestions(instance, conversation);
  const asked = useQuestionFocus(instance, queue);
  const answer = (content: AnswerContent) => {
    if (question === null) return;
    sendAnswer(id, question, content);
    focusNextQuestion(id, question.id);
  };
  const takesText = question !== null && !isSending && question.question?.form == null;
  return (
    <section class="answer" aria-label="Answer">
      <div
        class="asked"
        ref={asked}
        tabIndex={-1}
        {...(question !== null && { role: 'group', 'aria-label': preview(textOf(question)) })}
      >
        <QuestionPicker queue={queue} newestPosition={instance.chat_length} />
        <AnswerHint question={question} isEnded={statusGroupOf(instance) === 'ended'} />
        {question?.expires_at != null && <Deadline key={question.id} instanceId={id} question={question} />}
        {question !== null && (
          <ShapedAnswer key={question.id} question={question} isSending={isSending} onSend={answer} />
        )}
      </div>
      {!wouldAnswerAnother(queue) && (
        <AnswerText
          instanceId={id}
          questionId={takesText ? question.id : null}
          // A text that is sent now would become the answer of the next question.
          isBlocked={isSending && queue.open.length > 1}
          onSend={(text) => (takesText ? answer(text) : sendMessage(id, text))}
        />
      )}
    </section>
  );
}

function readQueue(conversation: Conversation): QuestionQueue {
  const unsent = outbox.value.filter(({ refusal }) => refusal === null);
  return queueOf({
    open: openQuestions(conversation),
    idsBeingAnswered: new Set(unsent.map(({ inReplyTo }) => inReplyTo)),
    chosenId: chosenQuestionId.value,
    isOnline: connection.value.state !== 'lost',
  });
}

/** How many messages are loaded at most to find an open question. */
const MAX_SEARCHED_MESSAGES = 2_000;

/** Loads older messages while an agent waits for the answer of a question that is not loaded yet. */
function useOlderQuestions(instance: AgentInstance, conversation: Conversation): void {
  const count = conversation.messages.length;
  const isMissing =
    statusGroupOf(instance) === 'waiting' &&
    openQuestions(conversation).length === 0 &&
    !hasReachedStart(conversation) &&
    count < MAX_SEARCHED_MESSAGES;
  useEffect(() => {
    if (isMissing) void loadOlderMessages(instance.id).catch(() => null);
  }, [instance.id, isMissing, count]);
}
