import { isHookSession } from '../../model/hook-session.ts';
import { isOver, stopStateOf } from '../../model/stop-state.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { cancelStop } from '../../store/agents/stop-actions.ts';
import { Timestamp } from '../common/timestamp.tsx';

const TEXTS = {
  requested: 'Stop requested',
  told: 'The agent has been told',
  stopped: 'Stopped',
  ended: 'Ended',
} as const;

/** Says how far the request to stop an agent has come. Until the agent has ended, it can be taken back. */
export function StopNotice({ instance }: { readonly instance: AgentInstance }) {
  const stop = stopStateOf(instance);
  return (
    <div role="status">
      {stop !== null && (
        <div class="stop-notice" data-stage={stop.stage}>
          <p>
            <strong>{TEXTS[stop.stage]}</strong>
            {stop.at !== null && (
              <>
                {' ('}
                <Timestamp time={stop.at} format="clock" />)
              </>
            )}
            {stop.reason !== null && <span dir="auto">: {stop.reason}</span>}
            {stop.stage === 'ended' &&
              (isHookSession(instance)
                ? '. The agent is stopped at its next use of a tool.'
                : '. The agent is told with its next call to this server.')}
          </p>
          {!isOver(stop) && (
            <button type="button" class="text-button" onClick={() => void cancelStop(instance.id)}>
              Take back
            </button>
          )}
        </div>
      )}
    </div>
  );
}
