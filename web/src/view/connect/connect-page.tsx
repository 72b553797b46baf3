import { AccessDecision } from './access-decision.tsx';
import '../../style/connect.css';

/** Asks the person whether a program that has sent them here may use the server for them. */
export const ConnectPage = ({ id }: { readonly id: string }) => (
  <main class="connect">
    <p class="connect-name">Agent Dashboard</p>
    <AccessDecision request={{ id }} />
  </main>
);
