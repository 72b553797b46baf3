import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { DraftSaver, loadDraft } from '../../../store/agents/drafts.ts';
import { Icon } from '../../common/icon.tsx';
import { chosenQuestionId } from './chosen-question.ts';
import { fitHeight } from './fit-height.ts';

interface AnswerTextProps {
  readonly instanceId: string;
  /** The question that the text will answer. Null: it is a message. */
  readonly questionId: string | null;
  /** The text cannot be sent now. */
  readonly isBlocked: boolean;
  readonly onSend: (text: string) => void;
}

/** On-screen keyboards have no Shift+Enter, so there Enter makes a line. */
const hasTouchKeyboard = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

/**
 * The field in which the user writes. The text may be long, so what happens at a keystroke does not depend on
 * its length: the field keeps the text itself, and the draft is saved when the user pauses.
 */
export function AnswerText({ instanceId, questionId, isBlocked, onSend }: AnswerTextProps) {
  const isAnswer = questionId !== null;
  const field = useRef<HTMLTextAreaElement>(null);
  const hasText = useSignal(false);
  const isDraftLost = useSignal(false);
  const saver = useRef<DraftSaver | null>(null);
  const shownQuestionId = useRef(questionId);
  /** The question for which the user writes. It differs from `questionId` after a question came or closed. */
  const writtenFor = useRef(questionId);
  const isForOther = useSignal(false);
  const showText = () => {
    hasText.value = /\S/.test(field.current!.value);
    if (!hasText.value) {
      writtenFor.current = questionId;
      isForOther.value = false;
    }
    fitHeight(field.current!);
  };
  useLayoutEffect(() => {
    const { current } = field;
    current!.value = loadDraft(instanceId);
    writtenFor.current = questionId;
    showText();
    const newSaver = new DraftSaver(instanceId, () => current!.value, isDraftLost);
    saver.current = newSaver;
    return () => newSaver.stop();
  }, [instanceId]);
  useEffect(() => {
    const refit = () => fitHeight(field.current!);
    addEventListener('resize', refit);
    return () => removeEventListener('resize', refit);
  }, []);
  if (shownQuestionId.current !== questionId) {
    shownQuestionId.current = questionId;
    const isChosenByUser = chosenQuestionId.value === questionId;
    if (isChosenByUser || !hasText.value) writtenFor.current = questionId;
  }
  const submit = () => {
    const text = field.current!.value.trim();
    if (text === '' || isBlocked) return;
    if (writtenFor.current !== questionId) {
      writtenFor.current = questionId;
      isForOther.value = true;
      return;
    }
    onSend(text);
    field.current!.value = '';
    showText();
    saver.current!.saveNow();
    field.current!.focus();
  };
  const isTouch = hasTouchKeyboard();
  return (
    <>
      <form
        class="answer-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label for="answer" class="for-screen-readers">
          {isAnswer ? 'Your answer' : 'Message to the agent'}
        </label>
        <textarea
          id="answer"
          ref={field}
          rows={1}
          placeholder={isAnswer ? 'Your answer' : 'Message the agent'}
          enterkeyhint={isTouch ? 'enter' : 'send'}
          aria-describedby="answer-keys"
          onInput={() => {
            showText();
            saver.current!.saveSoon();
          }}
          onBlur={() => saver.current?.saveChanges()}
          onKeyDown={(event) => {
            if (!isSendKey(event)) return;
            event.preventDefault();
            submit();
          }}
        />
        <button
          type="submit"
          class="send"
          aria-label="Send"
          title={isTouch ? 'Send' : 'Send (Enter)'}
          disabled={!hasText.value || isBlocked}
        >
          <Icon name="send" />
        </button>
      </form>
      <p class="answer-keys" id="answer-keys" role="status">
        {noticeText(isForOther.value, isDraftLost.value, isAnswer) ??
          (!isTouch && 'Enter sends. Shift+Enter makes a new line.')}
      </p>
    </>
  );
}

function noticeText(isForOther: boolean, isDraftLost: boolean, isAnswer: boolean): string | null {
  if (isForOther) {
    return isAnswer
      ? 'A question came while you were writing. Send again to answer it with this text.'
      : 'The question is no longer open. Send again to send this text as a message.';
  }
  return isDraftLost ? 'Your browser cannot keep this text. Send it before you close this page.' : null;
}

/** Enter sends, as in chats. While an input method is composing a word, Enter chooses the word. */
function isSendKey(event: KeyboardEvent): boolean {
  // Safari ends the composition before it reports the key, but with the code of a composition.
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  if (event.ctrlKey || event.metaKey) return true;
  return !event.shiftKey && !event.altKey && !hasTouchKeyboard();
}
