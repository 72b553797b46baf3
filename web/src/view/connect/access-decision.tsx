import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatRoute } from '../../model/route.ts';
import type { AccessRequest } from '../../model/wire.ts';
import {
  type AccessRequestKey,
  decideAccessRequest,
  readAccessRequest,
} from '../../store/access-requests.ts';
import { signedInUser } from '../../store/session/signed-in-user.ts';

type State =
  | { readonly step: 'loading' | 'deciding' }
  | { readonly step: 'asking'; readonly asked: AccessRequest }
  | { readonly step: 'over'; readonly title: string; readonly text: string };

const ALLOWED: State = {
  step: 'over',
  title: 'Allowed',
  text: 'Go back to the program. You can take the access back at any time, on the page of API keys.',
};
const REFUSED: State = { step: 'over', title: 'Not allowed', text: 'The program gets no access.' };

/** Shows what a program asks for, and sends the decision. One that was allowed before is let in at once. */
export function AccessDecision({ request }: { readonly request: AccessRequestKey }) {
  const state = useSignal<State>({ step: 'loading' });
  const fail = (error: unknown) => {
    state.value = { step: 'over', title: 'This does not work', text: (error as Error).message };
  };
  const decide = async (allow: boolean) => {
    state.value = { step: 'deciding' };
    await decideAccessRequest(request, allow);
    state.value = allow ? ALLOWED : REFUSED;
  };
  const load = async () => {
    const asked = await readAccessRequest(request);
    if (asked.is_remembered) await decide(true);
    else state.value = { step: 'asking', asked };
  };
  useEffect(() => void load().catch(fail), []);
  if (state.value.step === 'over') return <Over {...state.value} />;
  if (state.value.step !== 'asking') return <p aria-busy="true">One moment …</p>;
  return <Question asked={state.value.asked} onDecide={(allow) => void decide(allow).catch(fail)} />;
}

const Over = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <>
    <h1>{title}</h1>
    <p role="status">{text}</p>
    <p>
      <a href={formatRoute({ page: 'list' })}>Open the dashboard</a>
    </p>
  </>
);

interface QuestionProps {
  readonly asked: AccessRequest;
  readonly onDecide: (allow: boolean) => void;
}

function Question({ asked, onDecide }: QuestionProps) {
  const name = asked.client_name ?? 'A program without a name';
  const { display_name, user_id } = signedInUser.value!;
  return (
    <>
      <h1 dir="auto">Allow “{name}”?</h1>
      <p>{whereFrom(asked)}</p>
      <p>It wants to:</p>
      <ul class="connect-rights">
        {asked.scopes.map((scope) => (
          <li key={scope}>{RIGHTS[scope]}</li>
        ))}
      </ul>
      <p class="muted">
        You are signed in as <bdi>{display_name ?? user_id}</bdi>. Allow it only if you have started this
        yourself.
      </p>
      <div class="connect-buttons">
        <button type="button" class="plain-button" onClick={() => onDecide(false)}>
          Do not allow
        </button>
        <button type="button" class="main-button" onClick={() => onDecide(true)}>
          Allow
        </button>
      </div>
    </>
  );
}

const RIGHTS = {
  agent: 'act as your agent: report steps, ask you questions, and read your answers',
  dashboard:
    'do all that you can do here: read every conversation, answer for you, stop agents, and make keys',
} as const;

/** Says what is sure about the program. Its name is not: every program can call itself anything. */
function whereFrom({ verified_host, redirect_host, is_local }: AccessRequest): string {
  const origin =
    verified_host === null
      ? 'The program chose its name itself, and nobody has checked it.'
      : `The program is from ${verified_host}.`;
  if (redirect_host === null) return `${origin} It runs on another device, which shows the code.`;
  return is_local
    ? `${origin} It runs on this computer (${redirect_host}).`
    : `${origin} You go back to ${redirect_host}.`;
}
