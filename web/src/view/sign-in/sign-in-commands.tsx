import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { loadTypedCommand } from '../../store/session/sign-in-options.ts';

/** Shows which commands print a sign-in link and a token. Shows nothing if the server has no command line. */
export function SignInCommands() {
  const command = useSignal<string | null>(null);
  useEffect(() => {
    loadTypedCommand('').then((loaded) => {
      command.value = loaded?.trimEnd() ?? null;
    });
  }, []);
  if (command.value === null) return null;
  return (
    <p class="muted">
      Where the server runs, <code>{command.value} link</code> prints a new link, and{' '}
      <code>{command.value} token issue --user local --scope dashboard</code> prints a token.
    </p>
  );
}
