import type { WireInstance } from '../../application/wire-agent-instance.ts';
import type { Environment } from '../config.ts';
import { type DashboardApi, ProblemError } from '../person/dashboard-api.ts';
import { openPerson, type PersonOptions } from '../person/open-person.ts';
import { plainJson, plainLine } from '../person/plain-text.ts';
import { WatchScreen } from '../person/watch-screen.ts';
import { nameOf, WatchedAgents } from '../person/watched-agents.ts';

/** A day's work; then it ends, and can be started again. */
const KEY_LIFE_SECONDS = 24 * 60 * 60;
const LISTED = 200;

export interface WatchOptions extends PersonOptions {
  readonly instance?: string;
  readonly json?: boolean;
}

/**
 * Shows a person's agents and what they do until Ctrl-C: as a screen on a terminal, else line by line.
 * @returns whether it ended because it was asked to.
 */
export async function watch(env: Environment, options: WatchOptions): Promise<boolean> {
  const api = await openPerson(env, options, KEY_LIFE_SECONDS);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Whoever reads our lines has gone: `watch | head`.
  process.stdout.once('error', stop);
  try {
    await follow(api, options, stopping.signal);
    return true;
  } catch (error) {
    if (stopping.signal.aborted) return true;
    if (error instanceof ProblemError && error.status === 401) {
      throw new Error('The key is not accepted (any more)', { cause: error });
    }
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    process.stdout.off('error', stop);
  }
}

async function follow(
  api: DashboardApi,
  { instance, json = false }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const agents = new WatchedAgents();
  using screen = !json && process.stdout.isTTY ? new WatchScreen(agents, process.stdout) : null;
  const tell = (line: string) => {
    if (screen === null) process.stdout.write(`${line}\n`);
  };
  const list = async () => {
    for (const each of agents.replace(await listed(api, instance))) {
      tell(json ? plainJson({ type: 'status_update', data: each }) : overviewLine(each));
    }
  };
  // Asked first: what is wrong with the address, the key or the id is told before anything is watched.
  await list();
  const path =
    instance === undefined ? '/events' : `/agent-instances/${encodeURIComponent(instance)}/messages/stream`;
  const onCut = () => {
    if (screen !== null) screen.state = 'reconnecting';
    else if (!json) process.stderr.write('The connection was lost; trying again\n');
    screen?.show();
  };
  for await (const event of api.events(path, { signal, onCut })) {
    // What happened between the list and the stream, or while nobody could say, is read again.
    if (event.type === 'connected' || event.type === 'resync') await list();
    const line = agents.take(event);
    if (json) {
      if (event.type !== 'heartbeat') tell(plainJson({ type: event.type, data: event.data }));
    } else if (line !== null) {
      tell(line);
    }
    if (screen !== null) screen.state = 'live';
    screen?.show();
  }
}

const listed = async (api: DashboardApi, instance: string | undefined): Promise<readonly WireInstance[]> =>
  instance === undefined
    ? api.get<WireInstance[]>(`/agent-instances?limit=${LISTED}`)
    : [await api.get<WireInstance>(`/agent-instances/${encodeURIComponent(instance)}?message_limit=0`)];

const overviewLine = (instance: WireInstance): string =>
  `${instance.status.padEnd(14)} ${nameOf(instance, instance.id)}  ${plainLine(instance.latest_message ?? '')}`;
