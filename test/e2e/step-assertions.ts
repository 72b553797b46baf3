import { expect } from 'vitest';
import type { RunningServer } from '../support/servers/running-server.ts';
import { repeat, type StepLoad } from './step-load.ts';
import type { StoredMessage } from './stores.ts';

/**
 * Sends every step of `load` again with its idempotency key. An acknowledged step must get its first answer
 * again, byte for byte. A step with an unknown result must get the same answer every time.
 */
export async function expectRepeatable(server: RunningServer, load: StepLoad): Promise<void> {
  const acknowledged = load.acknowledged;
  const repeatedAnswers = await Promise.all(acknowledged.map((step) => repeat(server, step)));
  expect(repeatedAnswers).toEqual(acknowledged.map(({ answer }) => answer));
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
  for (const ofInstance of byInstance.values()) {
    expect(ofInstance.map(({ position }) => position)).toEqual(ofInstance.map((_, nth) => nth + 1));
  }
  const describe = (instance: string, content: string, id: string) => `${instance} ${content} ${id}`;
  const storedSteps = messages.map(({ agent_instance_id, content, id }) =>
    describe(agent_instance_id, content, id),
  );
  const answeredSteps = load.steps.map(({ agent_instance_id, content, answer }) =>
    describe(agent_instance_id, content, (JSON.parse(answer ?? '{}') as { message_id: string }).message_id),
  );
  expect(storedSteps.sort()).toEqual(answeredSteps.sort());
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
