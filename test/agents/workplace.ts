import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from '../clients/install/run.ts';
import type { DashboardServer } from '../clients/session/dashboard-server.ts';
import type { ScriptedModel } from './model/scripted-model.ts';
import { Person } from './person.ts';

/** What every agent has in the repository of the test. */
export const REPOSITORY = 'acme/shop';
export const BRANCH = 'feature';
export const PROMPT = 'Do what the script says';

/** All that the play of an agent needs. */
export interface Workplace {
  readonly server: DashboardServer;
  readonly person: Person;
  readonly model: ScriptedModel;
  /** An empty home folder. */
  readonly home: string;
  /** A repository in it. */
  readonly folder: string;
  /** The whole environment of the agent. */
  readonly env: { readonly [name: string]: string };
  /** Says what the agent did. */
  readonly note: (did: string) => void;
}

export async function makeWorkplace(
  packages: string,
  server: DashboardServer,
  model: ScriptedModel,
  note: Workplace['note'],
): Promise<Workplace> {
  const home = server.folder;
  const folder = join(home, 'shop');
  await mkdir(folder);
  const programs = join(packages, 'node_modules/.bin');
  const env = { HOME: home, PATH: [programs, process.env.PATH].join(delimiter) };
  await run('git', ['init', '--quiet', `--initial-branch=${BRANCH}`], folder, { HOME: home });
  await run('git', ['remote', 'add', 'origin', `git@example.com:${REPOSITORY}.git`], folder, { HOME: home });
  return { server, person: new Person(server), model, home, folder, env, note };
}
