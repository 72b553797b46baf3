import { useEffect } from 'preact/hooks';
import { type Conversation, openQuestions } from '../../model/conversation.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance, Message } from '../../model/wire.ts';
import { outbox, sendMessage } from '../../store/agents/outbox.ts';
import { AnswerForm } from './answer-form.tsx';
import { AnswerHint } from './answer-hint.tsx';
import { chosenQuestionId } from './chosen-question.ts';
import { Options } from './options.tsx';

interface AnswerBarProps {
  readonly instance: AgentInstance;
  readonly conversation: Conversation;
}

export function AnswerBar({ instance, conversation }: AnswerBarProps) {
  const { id } = instance;
  const question = questionToAnswer(conversation);
  useEffect(() => {
    chosenQuestionId.value = question?.id ?? null;
  }, [question?.id]);
  const send = (text: string) => sendMessage(id, text, question?.id ?? null);
  return (
    <footer class="answer">
      <AnswerHint question={question} isEnded={statusGroupOf(instance) === 'ended'} />
      {question !== null && <Options question={question} onTap={send} />}
      <AnswerForm instanceId={id} questionId={question?.id ?? null} onSend={send} />
    </footer>
  );
}

/**
 * Returns the open question that the user has chosen, or else the newest one. Questions whose answer is
 * still in the outbox are left out.
 */
function questionToAnswer(conversation: Conversation): Message | null {
  const idsBeingAnswered = new Set(
    outbox.value.filter(({ refusal }) => refusal === null).map(({ inReplyTo }) => inReplyTo),
  );
  const open = openQuestions(conversation).filter(({ id }) => !idsBeingAnswered.has(id));
  return open.find(({ id }) => id === chosenQuestionId.value) ?? open.at(-1) ?? null;
}
