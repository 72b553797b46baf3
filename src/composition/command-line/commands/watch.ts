import type { AgentInstance, PeopleClient } from '../../../adapters/client/client.ts';
import type { Environment } from '../../config/config.ts';
import { instanceOf, openQuestion } from '../../terminal/find-instance.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { messageLine } from '../../terminal/question-lines.ts';
import { WatchScreen } from '../../terminal/watch-screen.ts';
import { nameOf, WatchedAgents } from '../../terminal/watched-agents.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';

/** A day's work; then it ends, and can be started again. */
const KEY_LIFE_SECONDS = 24 * 60 * 60;
const LISTED = 200;
/** More questions than these have no place on a screen. */
const LOOKED_UP = 20;

export interface WatchOptions extends UserClientOptions {
  /** Its id, or the beginning of it. */
  readonly instance?: string;
  readonly json?: boolean;
}

/**
 * Shows a person's agents and what they do until Ctrl-C: as a screen on a terminal, else line by line.
 * @returns whether it ended because it was asked to.
 */
export async function watch(env: Environment, options: WatchOptions): Promise<boolean> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Whoever reads our lines has gone: `watch | head`.
  process.stdout.once('error', stop);
  try {
    await withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, (people) =>
      follow(people, options, stopping.signal),
    );
    return true;
  } catch (error) {
    if (stopping.signal.aborted) return true;
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    process.stdout.off('error', stop);
  }
}

async function follow(
  people: PeopleClient,
  { instance: named, json = false }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const instance = named === undefined ? undefined : await instanceOf(people, named);
  const agents = new WatchedAgents();
  using screen = !json && process.stdout.isTTY ? new WatchScreen(agents, process.stdout) : null;
  const tell = (line: string) => {
    if (screen === null) process.stdout.write(`${line}\n`);
  };
  const list = async () => {
    for (const each of agents.replace(await listed(people, instance))) {
      tell(json ? plainJson({ type: 'status_update', data: each }) : overviewLine(each));
    }
    if (screen !== null) await lookUpQuestions(people, agents);
  };
  // Asked first: what is wrong with the address, the key or the id is told before anything is watched.
  await list();
  const onLost = () => {
    if (screen !== null) screen.state = 'reconnecting';
    else if (!json) process.stderr.write('The connection was lost; trying again\n');
    screen?.show();
  };
  const one = instance === undefined ? {} : { agent_instance_id: instance };
  for await (const event of people.events({ ...one, signal, onLost })) {
    // What happened between the list and the stream, or while nobody could say, is read again.
    if (event.type === 'connected' || event.type === 'resync') await list();
    const line = agents.take(event);
    if (json) {
      if (event.type !== 'heartbeat') tell(plainJson({ type: event.type, data: event.data }));
    } else if (line !== null) {
      tell(line);
    }
    if (screen === null) continue;
    await lookUpQuestions(people, agents);
    screen.state = 'live';
    screen.show();
  }
}

/** Lists tell of a long question only its beginning, and of an agent not that it wrote on after it asked. */
async function lookUpQuestions(people: PeopleClient, agents: WatchedAgents): Promise<void> {
  const lookUp = async ({ id }: AgentInstance) => {
    // Whose question cannot be read now is shown without it: the stream is what tells of failures.
    const { question } = await openQuestion(people, id).catch(() => ({ question: null }));
    agents.asks(id, question);
  };
  await Promise.all(agents.unclear.slice(0, LOOKED_UP).map(lookUp));
}

async function listed(people: PeopleClient, instance: string | undefined): Promise<readonly AgentInstance[]> {
  if (instance === undefined) return (await people.agentInstances({ limit: LISTED })).agent_instances;
  return [await people.agentInstance({ agent_instance_id: instance, message_limit: 0 })];
}

const overviewLine = (instance: AgentInstance): string =>
  `${instance.status.padEnd(14)} ${nameOf(instance, instance.id)}  ${messageLine(instance.latest_message ?? '')}`;
