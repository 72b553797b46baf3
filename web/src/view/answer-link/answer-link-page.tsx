import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../../style/answer-link.css';
import {
  answerLink,
  type LinkAnswer,
  type LinkRead,
  readLink,
} from '../../store/notifications/answer-link.ts';
import { LinkedQuestionForm } from './linked-question-form.tsx';
import { Over } from './over.tsx';

/**
 * The page of a link in a notification. Whoever has the link may answer: nothing here needs a sign-in.
 * Opening it answers nothing, because programs open links, too.
 */
export function AnswerLinkPage({ token }: { readonly token: string }) {
  const read = useSignal<LinkRead | null>(null);
  const answered = useSignal<LinkAnswer | null>(null);
  const isSending = useSignal(false);
  const load = async () => {
    read.value = null;
    read.value = await readLink(token);
  };
  useEffect(() => void load(), []);
  const send = async (text: string | null) => {
    isSending.value = true;
    answered.value = await answerLink(token, text);
    isSending.value = false;
  };
  return (
    <main class="answer-link" aria-busy={read.value === null}>
      <p class="answer-link-name">Agent Dashboard</p>
      <Content
        read={read.value}
        answered={answered.value}
        isSending={isSending.value}
        send={send}
        retry={load}
      />
    </main>
  );
}

interface ContentProps {
  readonly read: LinkRead | null;
  readonly answered: LinkAnswer | null;
  readonly isSending: boolean;
  readonly send: (text: string | null) => Promise<void>;
  readonly retry: () => Promise<void>;
}

function Content({ read, answered, isSending, send, retry }: ContentProps) {
  if (read === null) return null;
  if (!read.isDone)
    return (
      <Over title={read.text}>
        {read.mayTryAgain && (
          <button type="button" class="main-button" onClick={() => void retry()}>
            Try again
          </button>
        )}
      </Over>
    );
  const { linked } = read;
  if (answered?.isDone)
    return linked.is_test ? (
      <Over title="The dashboard knows now that your answers arrive" />
    ) : (
      <Over title="Answered">
        {answered.answer !== null && (
          <p class="given-answer" dir="auto">
            {answered.answer}
          </p>
        )}
      </Over>
    );
  if (linked.outcome !== null) return <Over title={linked.outcome} />;
  if (answered !== null && !answered.mayTryAgain) return <Over title={answered.text} />;
  return (
    <LinkedQuestionForm
      linked={linked}
      isSending={isSending}
      problem={answered === null ? null : answered.text}
      onSend={(text) => void send(text)}
    />
  );
}
