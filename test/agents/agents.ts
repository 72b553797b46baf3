import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ForeignClient } from '../clients/clients.ts';
import { installNodePackage } from '../clients/install/node-package.ts';
import { LeftOut } from '../clients/install/run.ts';
import { DashboardServer } from '../clients/session/dashboard-server.ts';
import { playCodex } from './codex.ts';
import { playCopilotCli } from './copilot-cli.ts';
import { playGeminiCli } from './gemini-cli.ts';
import { CHAT_COMPLETIONS } from './model/chat-completions.ts';
import { GEMINI_API } from './model/gemini-api.ts';
import { RESPONSES } from './model/responses.ts';
import { ScriptedModel } from './model/scripted-model.ts';
import type { WireFormat } from './model/wire-format.ts';
import { OPENCODE, playOpenCode } from './opencode.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

/** Plays the session of an agent. @param packages the folder with its `node_modules` */
type Play = (packages: string, workplace: Workplace) => Promise<void>;

interface Agent {
  readonly name: string;
  readonly format: WireFormat;
  readonly play: Play;
  /** How many sessions there are in the play. */
  readonly sessionCount: number;
  /** Its program in `node_modules`, if it is a package of its own for each platform. */
  readonly program?: string;
}

export const AGENTS: readonly ForeignClient[] = [
  agent({ name: 'codex', format: RESPONSES, play: playCodex, sessionCount: 1 }),
  agent({
    name: 'opencode',
    format: CHAT_COMPLETIONS,
    play: playOpenCode,
    sessionCount: 2,
    program: OPENCODE,
  }),
  agent({ name: 'gemini-cli', format: GEMINI_API, play: playGeminiCli, sessionCount: 1 }),
  agent({ name: 'copilot-cli', format: CHAT_COMPLETIONS, play: playCopilotCli, sessionCount: 1 }),
];

function agent({ name, format, play, sessionCount, program }: Agent): ForeignClient {
  return {
    name,
    install: async () => {
      const packages = await installNodePackage(name);
      if (program !== undefined && !existsSync(join(packages, 'node_modules', program)))
        throw new LeftOut(`it has no package for ${process.platform}-${process.arch} here`);
      return async (emptyData) => {
        await using server = await DashboardServer.start(emptyData);
        await using model = await ScriptedModel.start(format);
        const note = (did: string) => console.log(`${name}: ${did}`);
        const workplace = await makeWorkplace(packages, server, model, note);
        await play(packages, workplace);
        await workplace.person.requireCount(sessionCount);
      };
    },
  };
}
