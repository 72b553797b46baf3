import { expect } from 'vitest';
import type { RunningServer } from '../support/servers/running-server.ts';
import { repeat, type StepLoad } from './step-load.ts';
import type { StoredMessage } from './stores.ts';

/**
 * Sends every step of `load` again with its key. An acknowledged step must get its old answer, byte for byte;
 * a step with an unknown result must get one answer, however often it is repeated.
 */
export async function expectRepeatable(server: RunningServer, load: StepLoad): Promise<void> {
  const known = load.acknowledged;
  const again = await Promise.all(known.map((step) => repeat(server, step)));
  expect(again).toEqual(known.map(({ answer }) => answer));
  for (const step of load.unknown) {
    const answers = await Promise.all([repeat(server, step), repeat(server, step)]);
    expect(answers[0]).toBe(answers[1]);
    step.answer = answers[0];
  }
}

/**
 * Expects every step to be stored exactly once, under the id of its answer, at positions without gaps or
 * repeats.
 */
export function expectStoredOnce(messages: readonly StoredMessage[], load: StepLoad): void {
  const byInstance = Map.groupBy(messages, (message) => message.agent_instance_id);
  for (const some of byInstance.values()) {
    expect(some.map(({ position }) => position)).toEqual(some.map((_, nth) => nth + 1));
  }
  const name = (instance: string, content: string, id: string) => `${instance} ${content} ${id}`;
  const stored = messages.map((it) => name(it.agent_instance_id, it.content, it.id));
  const answered = load.steps.map(({ agent_instance_id, content, answer }) =>
    name(agent_instance_id, content, (JSON.parse(answer ?? '{}') as { message_id: string }).message_id),
  );
  expect(stored.sort()).toEqual(answered.sort());
  expectClientOrder(messages);
}

/** Each client waits for an answer before its next step, so its steps are in order. */
function expectClientOrder(messages: readonly StoredMessage[]): void {
  const steps = messages
    .toSorted((a, b) => a.position - b.position)
    .map(({ content }) => /^client (\d+) step (\d+)$/.exec(content));
  for (const ofClient of Map.groupBy(steps, (step) => step?.[1]).values()) {
    expect(ofClient.map((step) => Number(step?.[2]))).toEqual(ofClient.map((_, nth) => nth + 1));
  }
}
