import { join } from 'node:path';
import { ClientProcess } from '../clients/session/client-process.ts';
import { connect, writeConfiguration } from './connect.ts';
import { requireMade, requireShown, requireTold } from './facts.ts';
import { withinReason } from './within-reason.ts';
import { PROMPT, type Workplace } from './workplace.ts';

/** Gemini CLI without a terminal. No hook can give its permissions, so it asks nobody. */
export async function playGeminiCli(packages: string, workplace: Workplace): Promise<void> {
  const { person, model, server, home, folder, env, note } = workplace;
  await writeConfiguration(join(home, '.gemini/settings.json'), {
    security: { auth: { selectedType: 'gemini-api-key' } },
    privacy: { usageStatisticsEnabled: false },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
  });
  await connect('gemini-cli', '.gemini', workplace);
  await using gemini = new ClientProcess(
    {
      program: process.execPath,
      args: [join(packages, 'node_modules/.bin/gemini'), '--yolo', '--skip-trust', '-p', PROMPT],
      folder,
    },
    { ...env, GEMINI_API_KEY: 'not-a-key', GOOGLE_GEMINI_BASE_URL: model.url },
  );
  // It begins when nothing more can come on stdin.
  const ended = gemini.end();

  let turn = await model.turn();
  note(requireShown(await person.sees('its session', ({ messages }) => messages.length > 0)));

  turn.run('mkdir made');
  turn = await model.turn();
  requireMade(folder, 'made', true);
  await person.seesMessage('run_shell_command: mkdir made');
  note('reported what it ran');

  await server.kill();
  turn.run('mkdir without-server');
  turn = await model.turn();
  requireMade(folder, 'without-server', true);
  await server.restart();
  note('went on while the server was dead');

  await person.stops('lunch');
  turn.run('mkdir stopped');
  turn = await model.turn();
  requireMade(folder, 'stopped', false);
  requireTold(turn.told, 'lunch');
  turn.say('I stop.');
  await person.seesMessage('I stop.');
  const exit = await withinReason('Gemini CLI ends', ended);
  if (exit !== '0') throw new Error(`Gemini CLI ended with ${exit}: ${gemini.complaints}`);
  await person.sees('it has ended', ({ status }) => status === 'COMPLETED');
  note('was denied its next tool when it should stop, and ended');
}
