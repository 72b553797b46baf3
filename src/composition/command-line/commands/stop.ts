import type { Environment } from '../../config/config.ts';
import { UsageError } from '../../errors.ts';
import { findInstanceId } from '../../terminal/find-instance.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';

const KEY_LIFE_SECONDS = 60;

export interface StopOptions extends UserClientOptions {
  readonly json?: boolean;
  /** Stops all agents of the user. */
  readonly all?: boolean;
  readonly reason?: string;
}

/**
 * Asks an agent, or all of them, to stop. They are told with each answer that they get from then on.
 * @param idOrStart the instance's id, or a start of it that is unique; null with `all`.
 * @throws UsageError unless there is either an instance or `all`.
 */
export function stop(
  env: Environment,
  idOrStart: string | null,
  { all = false, json = false, reason, ...options }: StopOptions,
): Promise<void> {
  if ((idOrStart === null) !== all) throw new UsageError('stop needs either an agent instance or --all');
  const request = reason === undefined ? {} : { reason };
  const print = (outcome: object, words: string) =>
    process.stdout.write(`${json ? plainJson(outcome) : words}\n`);
  return withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, async (people) => {
    if (idOrStart === null) {
      const outcome = await people.stopAll(request);
      print(outcome, `Asked to stop: ${outcome.stopped} of your agents.`);
      return;
    }
    const agent_instance_id = await findInstanceId(people, idOrStart);
    const instance = await people.stop({ agent_instance_id, ...request });
    const words = instance.ended_at !== null ? 'It has ended already.' : 'Asked to stop.';
    print(instance, words);
  });
}
