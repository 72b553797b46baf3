import { RECORDED_AGENTS, RECORDED_EVENTS } from '../adapters/hooks/fixtures.ts';
import { HookServer } from '../adapters/hooks/hook-server.ts';
import { alteredEvent } from './hooks/altered-event.ts';
import { type Proof, requireNone, scaled } from './proof.ts';
import { forEachConcurrently } from './support/for-each-concurrently.ts';

const EVENTS_OF_EACH_AGENT = 10_000;
const AT_ONCE = 16;

/** What the answer of a hook contains if it allows something, or answers a question, in any agent. */
const DECISION = /allow|once|always|answers/;

/** Sends events that real agents have sent, with changes at any place. Nobody answers anything. */
export const hooks: Proof = {
  name: 'hooks',
  promise: 'No event of a coding agent leads to a 5xx, and none is allowed what nobody has allowed',

  async run(context) {
    await using server = await HookServer.start();
    const violations: string[] = [];
    const statuses = new Map<number, number>();
    const total = scaled(EVENTS_OF_EACH_AGENT, context, 400);
    for (const agent of RECORDED_AGENTS) {
      const random = context.random.fork(agent);
      const recorded = RECORDED_EVENTS.filter((event) => event.agent === agent);
      const events = Array.from({ length: total }, () => alteredEvent(random.oneOf(recorded).body, random));
      await forEachConcurrently(events, AT_ONCE, async (event) => {
        const response = await server.call(agent, event);
        const text = await response.text();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        if (response.status >= 500 || DECISION.test(text))
          violations.push(
            `${agent}: ${response.status} ${text.slice(0, 300)} to ${JSON.stringify(event).slice(0, 600)}`,
          );
      });
      context.progress(`${total} events of ${agent}`);
    }
    requireNone('events with a wrong answer', violations);
    return Object.fromEntries(Array.from(statuses, ([status, count]) => [`answered ${status}`, count]));
  },
};
