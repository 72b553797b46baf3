import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { DraftSaver, loadDraft } from '../../store/agents/drafts.ts';
import { Icon } from '../common/icon.tsx';
import { fitHeight } from './fit-height.ts';

interface AnswerFormProps {
  readonly instanceId: string;
  readonly isAnswer: boolean;
  readonly onSend: (text: string) => void;
}

/** On-screen keyboards have no Shift+Enter, so there Enter makes a line. */
const hasTouchKeyboard = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

/**
 * The field in which the user writes. The text may be long, so what happens at a keystroke does not depend on
 * its length: the field keeps the text itself, and the draft is saved when the user pauses.
 */
export function AnswerForm({ instanceId, isAnswer, onSend }: AnswerFormProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const hasText = useSignal(false);
  const isDraftLost = useSignal(false);
  const saver = useRef<DraftSaver | null>(null);
  const showText = () => {
    hasText.value = /\S/.test(field.current!.value);
    fitHeight(field.current!);
  };
  useLayoutEffect(() => {
    const { current } = field;
    current!.value = loadDraft(instanceId);
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
  const submit = () => {
    const text = field.current!.value.trim();
    if (text === '') return;
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
          disabled={!hasText.value}
        >
          <Icon name="send" />
        </button>
      </form>
      <p class="answer-keys" id="answer-keys" role="status">
        {isDraftLost.value
          ? 'Your browser cannot keep this text. Send it before you close this page.'
          : !isTouch && 'Enter sends. Shift+Enter makes a new line.'}
      </p>
    </>
  );
}

/** Enter sends, as in chats. While an input method is composing a word, Enter chooses the word. */
function isSendKey(event: KeyboardEvent): boolean {
  // Safari ends the composition before it reports the key, but with the code of a composition.
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  if (event.ctrlKey || event.metaKey) return true;
  return !event.shiftKey && !event.altKey && !hasTouchKeyboard();
}
