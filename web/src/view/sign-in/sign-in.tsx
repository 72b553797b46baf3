import { TokenForm } from './token-form.tsx';

export function SignIn() {
  return (
    <main class="sign-in">
      <h1>Agent Dashboard</h1>
      <p>
        Open the link that the server printed when it started, or paste a <strong>dashboard token</strong>.
      </p>
      <TokenForm />
    </main>
  );
}
