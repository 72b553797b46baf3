import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AnswerContent } from '../../../../../src/domain/question/answer-content.ts';
import type { Message } from '../../../model/wire.ts';
import { outbox } from '../../../store/agents/outbox.ts';
import { AnswerForm } from './answer-form.tsx';
import { Checkboxes } from './checkboxes.tsx';
import { Options } from './options.tsx';

interface ShapedAnswerProps {
  readonly question: Message;
  /** The answer is on its way to the server. */
  readonly isSending: boolean;
  readonly onSend: (answer: AnswerContent) => void;
}

/** Buttons, checkboxes or a form: what a question asks for besides a text. */
export function ShapedAnswer(props: ShapedAnswerProps) {
  const element = useRef<HTMLDivElement>(null);
  // What disappears may have the focus, which would be at the beginning of the page next.
  useLayoutEffect(() => {
    const { current } = element;
    return () => {
      if (current?.contains(document.activeElement)) focusTimeline();
    };
  }, []);
  return (
    <div ref={element}>
      <Shape {...props} />
    </div>
  );
}

const focusTimeline = (): void => document.querySelector<HTMLElement>('.timeline')?.focus();

function Shape({ question, isSending, onSend }: ShapedAnswerProps) {
  const { form = null, options = null, multiple, min, max } = question.question ?? {};
  const send = (answer: AnswerContent) => {
    onSend(answer);
    // What is disabled now loses the focus, too.
    focusTimeline();
  };
  if (form !== null) {
    const sendForm = (answer: Extract<AnswerContent, { form: unknown }>['form']) => send({ form: answer });
    return <AnswerForm questionId={question.id} form={form} isSending={isSending} onSend={sendForm} />;
  }
  if (options === null) return null;
  const sendValues = (values: readonly string[]) => send({ values });
  if (multiple === true)
    return (
      <Checkboxes
        choice={{ options, min: min ?? 0, max: max ?? options.length }}
        isSending={isSending}
        onSend={sendValues}
      />
    );
  const sent = outbox.value.find(({ inReplyTo }) => inReplyTo === question.id)?.values ?? [];
  return (
    <Options
      options={options}
      sendingValue={isSending ? (sent[0] ?? null) : null}
      isSending={isSending}
      onTap={(value) => sendValues([value])}
    />
  );
}
