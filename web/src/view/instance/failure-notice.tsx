import type { AgentInstance } from '../../model/wire.ts';

/** Says why an agent could not finish. */
export const FailureNotice = ({ instance: { failure } }: { readonly instance: AgentInstance }) =>
  failure !== null && (
    <div class="stop-notice" data-stage="failed">
      <p>
        <strong>The agent could not finish</strong>
        <span dir="auto">: {failure}</span>
      </p>
    </div>
  );
