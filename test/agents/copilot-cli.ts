import { join } from 'node:path';
import { ClientProcess } from '../clients/session/client-process.ts';
import { connect } from './connect.ts';
import { requireMade, requireShown, requireTold } from './facts.ts';
import { withinReason } from './within-reason.ts';
import { PROMPT, type Workplace } from './workplace.ts';

/** Copilot CLI without a terminal. There it denies what no hook allows. */
export async function playCopilotCli(packages: string, workplace: Workplace): Promise<void> {
  const { person, model, server, folder, env, note } = workplace;
  await connect('copilot-cli', '.copilot', workplace);
  await using copilot = new ClientProcess(
    {
      program: process.execPath,
      args: [join(packages, 'node_modules/.bin/copilot'), '-p', PROMPT],
      folder,
    },
    {
      ...env,
      COPILOT_OFFLINE: 'true',
      COPILOT_AUTO_UPDATE: 'false',
      COPILOT_MODEL: 'stand-in',
      COPILOT_PROVIDER_BASE_URL: `${model.url}/v1`,
    },
  );
  const ended = copilot.end();

  let turn = await model.turn();
  note(requireShown(await person.sees('its session', ({ messages }) => messages.length > 0)));

  turn.run('mkdir allowed');
  await person.answers('mkdir allowed', { values: ['Yes'] });
  turn = await model.turn();
  requireMade(folder, 'allowed', true);
  await person.seesMessage('bash: mkdir allowed');
  note('ran the command that the person allowed, and reported it');

  turn.run('mkdir denied');
  await person.answers('mkdir denied', { content: 'make a file instead' });
  turn = await model.turn();
  requireMade(folder, 'denied', false);
  requireTold(turn.told, 'make a file instead');
  note('did not run what the person denied, and its model read the reason');

  await server.kill();
  turn.run('mkdir without-server');
  turn = await model.turn();
  requireMade(folder, 'without-server', false);
  await server.restart();
  note('denied a command by itself while the server was dead, and went on');

  await person.stops('lunch');
  turn.run('mkdir stopped');
  turn = await model.turn();
  requireMade(folder, 'stopped', false);
  requireTold(turn.told, 'lunch');
  turn.say('I stop.');
  const exit = await withinReason('Copilot CLI ends', ended);
  if (exit !== '0') throw new Error(`Copilot CLI ended with ${exit}: ${copilot.complaints}`);
  await person.sees('it has ended', ({ status }) => status === 'COMPLETED');
  note('was denied its next tool when it should stop, and ended');
}
