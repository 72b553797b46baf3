import { useSignal } from '@preact/signals';
import { replaceRoute } from '../../store/page/current-route.ts';
import '../../style/connect.css';
import { AccessDecision } from './access-decision.tsx';

/** Asks for the code that another device shows, and then whether the program there gets access. */
export const DevicePage = ({ code }: { readonly code: string | null }) => (
  <main class="connect">
    <p class="connect-name">Agent Dashboard</p>
    {code === null ? <CodeForm /> : <AccessDecision request={{ code }} />}
  </main>
);

function CodeForm() {
  const code = useSignal('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (code.value.trim() !== '') replaceRoute({ page: 'device', code: code.value.trim() });
  };
  return (
    <form onSubmit={submit}>
      <h1>Connect a device</h1>
      <label for="device-code">Type in the code that the device shows.</label>
      <input
        id="device-code"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        required
        value={code.value}
        onInput={(event) => {
          code.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="main-button">
        Go on
      </button>
    </form>
  );
}
