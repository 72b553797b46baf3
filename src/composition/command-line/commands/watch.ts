import type { AgentInstance, ConversationMessage, PeopleClient } from '../../../adapters/client/client.ts';
import { plainLine } from '../../../domain/text/plain-text.ts';
import type { Environment } from '../../config/config.ts';
import { findInstanceId, readOpenQuestion } from '../../terminal/find-instance.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { deadlineLines, messageLine, replyCommand } from '../../terminal/question-lines.ts';
import { stopNote } from '../../terminal/status-news.ts';
import { WatchScreen } from '../../terminal/watch-screen.ts';
import { instanceLabel, WatchedAgents } from '../../terminal/watched-agents.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';

/**
 * How long the key is valid that `withUserClient` makes: one day. When it has expired, the command ends and
 * can be started again.
 */
const KEY_LIFE_SECONDS = 24 * 60 * 60;
const MAX_INSTANCES = 200;
/** How many questions are read: a screen has no room for more. */
const MAX_QUESTIONS = 20;

export interface WatchOptions extends UserClientOptions {
  /** The instance's id, or the start of it. */
  readonly instance?: string;
  readonly json?: boolean;
}

/**
 * Shows a person's agents and what they do, until Ctrl-C. On a terminal it draws a screen, otherwise it
 * prints lines.
 * @returns true when the person has stopped it.
 */
export async function watch(env: Environment, options: WatchOptions): Promise<boolean> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // This error means that the reader has closed the pipe, as `watch | head` does.
  process.stdout.once('error', stop);
  try {
    await withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, (people) =>
      showEvents(people, options, stopping.signal),
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

async function showEvents(
  people: PeopleClient,
  { instance: idOrStart, json = false }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const instance = idOrStart === undefined ? undefined : await findInstanceId(people, idOrStart);
  const agents = new WatchedAgents();
  using screen = !json && process.stdout.isTTY ? new WatchScreen(agents, process.stdout) : null;
  const print = (line: string) => {
    if (screen === null) process.stdout.write(`${line}\n`);
  };
  const printHowToAnswer = (id: string, question: ConversationMessage) => {
    for (const line of deadlineLines(question, Date.now())) print(`  ${line}`);
    print(`  To answer: ${replyCommand(agents.shortIdOf(id), question)}`);
  };
  const refreshList = async () => {
    const changed = agents.replaceAll(await readInstances(people, instance));
    if (!json) await readQuestions(people, agents);
    for (const each of changed) {
      const question = agents.question(each.id);
      print(json ? plainJson({ type: 'status_update', data: each }) : overviewLine(each, question));
      if (!json && question !== null) printHowToAnswer(each.id, question);
    }
  };
  // The list is read first, so that a wrong address, token or id is reported before the stream starts.
  await refreshList();
  const onLost = () => {
    if (screen !== null) screen.state = 'reconnecting';
    else if (!json) process.stderr.write('The connection was lost. Trying again\n');
    screen?.show();
  };
  const filter = instance === undefined ? {} : { agent_instance_id: instance };
  for await (const event of people.events({ ...filter, signal, onLost })) {
    // Something may have happened between the list and the stream, or while the connection was lost.
    if (event.type === 'connected' || event.type === 'resync') await refreshList();
    const line = agents.apply(event);
    if (json) {
      if (event.type !== 'heartbeat') print(plainJson({ type: event.type, data: event.data }));
    } else if (line !== null) {
      print(line);
      if (event.type === 'message' && event.data.question_status === 'open') {
        printHowToAnswer(event.data.agent_instance_id, event.data);
      }
    }
    if (screen === null) continue;
    await readQuestions(people, agents);
    screen.state = 'live';
    screen.show();
  }
}

/**
 * Reads the question of each agent whose question is unknown. A list has only the newest message of an
 * instance, and only the start of a long one.
 */
async function readQuestions(people: PeopleClient, agents: WatchedAgents): Promise<void> {
  const readQuestion = async ({ id }: AgentInstance) => {
    // A question that cannot be read is left out. The stream reports failures.
    const { question } = await readOpenQuestion(people, id).catch(() => ({ question: null }));
    agents.setQuestion(id, question);
  };
  await Promise.all(agents.agentsWithUnknownQuestion.slice(0, MAX_QUESTIONS).map(readQuestion));
}

async function readInstances(
  people: PeopleClient,
  instance: string | undefined,
): Promise<readonly AgentInstance[]> {
  if (instance === undefined) return (await people.agentInstances({ limit: MAX_INSTANCES })).agent_instances;
  return [await people.agentInstance({ agent_instance_id: instance, message_limit: 0 })];
}

const overviewLine = (instance: AgentInstance, question: ConversationMessage | null): string =>
  `${instance.status.padEnd(14)} ${instanceLabel(instance, instance.id)}${stopNote(instance)}  ${
    question === null ? plainLine(instance.latest_message ?? '') : messageLine(question)
  }`;
