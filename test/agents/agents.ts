import type { ForeignClient } from '../clients/clients.ts';
import { installNodePackage } from '../clients/install/node-package.ts';
import { DashboardServer } from '../clients/session/dashboard-server.ts';
import { playCodex } from './codex.ts';
import { RESPONSES } from './model/responses.ts';
import { ScriptedModel } from './model/scripted-model.ts';
import type { WireFormat } from './model/wire-format.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

/** Plays the session of an agent. @param packages the folder with its `node_modules` */
type Play = (packages: string, workplace: Workplace) => Promise<void>;

export const AGENTS: readonly ForeignClient[] = [agent('codex', RESPONSES, playCodex)];

function agent(name: string, format: WireFormat, play: Play): ForeignClient {
  return {
    name,
    install: async () => {
      const packages = await installNodePackage(name);
      return async (emptyData) => {
        await using server = await DashboardServer.start(emptyData);
        await using model = await ScriptedModel.start(format);
        const note = (did: string) => console.log(`${name}: ${did}`);
        await play(packages, await makeWorkplace(server, model, note));
      };
    },
  };
}
