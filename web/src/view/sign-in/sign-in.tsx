import { currentRoute } from '../../store/page/current-route.ts';
import { TokenForm } from './token-form.tsx';

export function SignIn() {
  return (
    <main class="sign-in">
      <h1>Agent Dashboard</h1>
      {['connect', 'device'].includes(currentRoute.value.page) && (
        <p>A program asks for access. Sign in first, and decide then.</p>
      )}
      <p>
        Open the link that the server printed when it started, or paste a <strong>dashboard token</strong>.
      </p>
      <TokenForm />
    </main>
  );
}
