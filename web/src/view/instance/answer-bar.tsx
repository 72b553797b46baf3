import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { parseQuestion } from '../../../../src/domain/text/question-text.ts';
import { type Conversation, openQuestions } from '../../model/conversation.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance, Message } from '../../model/wire.ts';
import { loadDraft, saveDraft } from '../../store/agents/drafts.ts';
import { outbox, sendMessage } from '../../store/agents/outbox.ts';
import { Icon } from '../common/icon.tsx';
import { AnswerHint } from './answer-hint.tsx';
import { chosenQuestionId } from './chosen-question.ts';

interface AnswerBarProps {
  readonly instance: AgentInstance;
  readonly conversation: Conversation;
}

export function AnswerBar({ instance, conversation }: AnswerBarProps) {
  const { id } = instance;
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(loadDraft(id));
  const question = questionToAnswer(conversation);
  useEffect(() => {
    chosenQuestionId.value = question?.id ?? null;
  }, [question?.id]);
  useLayoutEffect(() => fitHeight(field.current), [text.value]);
  const setText = (value: string) => {
    text.value = value;
    saveDraft(id, value);
  };
  const submit = () => {
    if (text.value.trim() === '') return;
    sendMessage(id, text.value.trim(), question?.id ?? null);
    setText('');
    field.current?.focus();
  };
  return (
    <footer class="answer">
      <AnswerHint question={question} isEnded={statusGroupOf(instance) === 'ended'} />
      {question !== null && (
        <Options question={question} onTap={(option) => sendMessage(id, option, question.id)} />
      )}
      <form
        class="answer-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label for="answer" class="for-screen-readers">
          {question === null ? 'Message to the agent' : 'Your answer'}
        </label>
        <textarea
          id="answer"
          ref={field}
          rows={1}
          placeholder={question === null ? 'Message the agent' : 'Your answer'}
          value={text.value}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            submit();
          }}
        />
        <button
          type="submit"
          class="send"
          aria-label="Send"
          title="Send (Ctrl+Enter)"
          disabled={text.value.trim() === ''}
        >
          <Icon name="send" />
        </button>
      </form>
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

interface OptionsProps {
  readonly question: Message;
  readonly onTap: (option: string) => void;
}

function Options({ question, onTap }: OptionsProps) {
  const { options } = parseQuestion(question.content);
  if (options.length === 0) return null;
  return (
    <fieldset class="options" aria-label="Suggested answers">
      {options.map((option) => (
        <button type="button" class="option" key={option} onClick={() => onTap(option)}>
          {option}
        </button>
      ))}
    </fieldset>
  );
}

/** Makes the field as high as its text. `style/answer.css` sets the maximum height. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
