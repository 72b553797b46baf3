import { uuidV7 } from '../../src/adapters/runtime/system.ts';

/** How a call ended. Every surface reports it with the names that the use case has. */
export type Outcome =
  | { readonly answer: { readonly [field: string]: unknown } }
  | { readonly code: string; readonly message: string };

/** One way to call the use cases, as one user. */
export interface Surface {
  call(useCase: string, input: object): Promise<Outcome>;
  /** Calls a use case as another user. */
  callAsStranger(useCase: string, input: object): Promise<Outcome>;
  /** Calls a use case as the person who owns the instances, also where this surface is for agents only. */
  callAsPerson(useCase: string, input: object): Promise<Outcome>;
  /** Writes to an instance as the person who owns it. */
  say(agentInstanceId: string, content: string): Promise<void>;
  /** Lets time pass, and ends the questions whose time is over then. */
  passTime(seconds: number): Promise<void>;
  /** Resolves when exactly one call waits. */
  untilCallWaits(): Promise<void>;
}

export const STEP = { content: 'a step', agent_type: 'test' };

export interface Scene extends Surface {
  /** Creates an instance with one step, and returns its id. */
  startInstance(): Promise<string>;
  /** Asks a question in the way of this surface, and does not wait. */
  tryToAsk(agentInstanceId: string, text: string, fields: object): Promise<Outcome>;
  /** Asks a question like `tryToAsk`, and returns its id. */
  ask(agentInstanceId: string, text: string, fields?: object): Promise<string>;
  /** Reports another step. */
  step(agentInstanceId: string): Promise<Outcome>;
}

export interface Scenario {
  readonly name: string;
  /** The scenario runs on the surfaces that have this use case. */
  readonly useCase: string;
  readonly play: (scene: Scene) => Promise<readonly unknown[]>;
  readonly expected: readonly unknown[];
}

/** Returns a field of an answer; undefined if the call failed. */
export const fieldOf = (outcome: Outcome, field: string): unknown =>
  'answer' in outcome ? outcome.answer[field] : undefined;

/** Makes a scene of a surface. */
export function sceneOn(surface: Surface, hasUseCase: (useCase: string) => boolean): Scene {
  const step = (id: string) =>
    surface.call('send_agent_message', { ...STEP, content: `step ${uuidV7.next()}`, agent_instance_id: id });
  const tryToAsk = (id: string, text: string, fields: object) =>
    hasUseCase('ask_question')
      ? surface.call('ask_question', {
          ...{ agent_instance_id: id, agent_type: 'test', question_text: text, wait_seconds: 0 },
          ...fields,
        })
      : surface.call('send_agent_message', {
          ...{ ...STEP, agent_instance_id: id, content: text, requires_user_input: true },
          ...fields,
        });
  return {
    ...surface,
    step,
    tryToAsk,
    async startInstance() {
      const id = uuidV7.next();
      await surface.call('send_agent_message', { ...STEP, agent_instance_id: id });
      return id;
    },
    async ask(id, text, fields = {}) {
      const asked = await tryToAsk(id, text, fields);
      return String(fieldOf(asked, 'question_id') ?? fieldOf(asked, 'message_id'));
    },
  };
}
