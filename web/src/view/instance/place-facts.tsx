import { placeFactsOf, placeOf } from '../../model/agent-place.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { AgentPlace } from '../common/agent-place.tsx';

/** Shows where the agent runs in one line, which opens to all that is known. Nothing if nothing is known. */
export function PlaceFacts({ instance }: { readonly instance: AgentInstance }) {
  const facts = placeFactsOf(instance);
  if (facts.length === 0) return null;
  const place = placeOf(instance);
  return (
    <details class="place-facts">
      <summary>
        <AgentPlace place={place.length > 0 ? place : facts.map(({ text }) => text)} />
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must be able to scroll it */}
      <section class="place-list" tabIndex={0} aria-label="Where this agent runs">
        <dl>
          {facts.map(({ label, text }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir="auto">{text}</dd>
            </div>
          ))}
        </dl>
      </section>
    </details>
  );
}
