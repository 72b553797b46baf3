import { join } from 'node:path';
import { connect, writeConfiguration } from './connect.ts';
import { requireMade, requireShown, requireTold } from './facts.ts';
import { Terminal } from './terminal.ts';
import { PROMPT, type Workplace } from './workplace.ts';

/**
 * Codex on a terminal: asks for permissions, and the person answers in the dashboard. It asks nothing about
 * permissions in `codex exec`.
 */
export async function playCodex(packages: string, workplace: Workplace): Promise<void> {
  const { person, model, server, home, folder, env, note } = workplace;
  await writeConfiguration(join(home, '.codex/config.toml'), configuration(model.url, folder));
  await connect('codex', '.codex', workplace);
  await using terminal = new Terminal(packages, {
    program: join(packages, 'node_modules/.bin/codex'),
    // Its background server would outlive it.
    args: ['--no-daemon', PROMPT],
    folder,
    env,
  });

  let turn = await model.turn();
  note(requireShown(await person.sees('its session', ({ messages }) => messages.length > 0)));

  turn.run('mkdir allowed');
  await person.answers('mkdir allowed', { values: ['Yes'] });
  turn = await model.turn();
  requireMade(folder, 'allowed', true);
  await person.seesMessage('Bash: mkdir allowed');
  note('ran the command that the person allowed, and reported it');

  turn.run('mkdir denied');
  await person.answers('mkdir denied', { content: 'make a file instead' });
  turn = await model.turn();
  requireMade(folder, 'denied', false);
  requireTold(turn.told, 'make a file instead');
  note('did not run what the person denied, and its model read the reason');

  await server.kill();
  turn.run('mkdir without-server');
  await terminal.shows('Would you like to run the following command?');
  terminal.press('y');
  turn = await model.turn();
  requireMade(folder, 'without-server', true);
  await server.restart();
  note('asked at its terminal while the server was dead, and went on');

  await person.stops('lunch');
  turn.run('mkdir stopped');
  turn = await model.turn();
  requireMade(folder, 'stopped', false);
  requireTold(turn.told, 'lunch');
  turn.say('I stop.');
  await person.sees('it has ended', ({ status }) => status === 'COMPLETED');
  await person.seesMessage('I stop.');
  note('was denied its next tool when it should stop, and ended its turn');

  await terminal.shows('I stop.');
  terminal.press('/quit');
  await terminal.shows('exit Codex');
  terminal.press('\r');
  await terminal.ends();
}

const configuration = (modelUrl: string, folder: string): string => `
model = "gpt-5.4"
model_provider = "stand-in"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
check_for_update_on_startup = false

[model_providers.stand-in]
name = "Stand-in"
base_url = "${modelUrl}/v1"
wire_api = "responses"

[projects."${folder}"]
trust_level = "trusted"
`;
