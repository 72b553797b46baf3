import { vi } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { aesSecretBox, newSecretKey } from '../../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { createJobs } from '../../../src/application/jobs/create-jobs.ts';
import { JobRunner } from '../../../src/application/jobs/job-runner.ts';
import { Channels } from '../../../src/application/notifications/channels.ts';
import type { UseCase } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { createDashboard, type Dashboard } from '../../../src/dashboard.ts';
import type { EndedQuestion } from '../../../src/ports/outcome-callback.ts';
import type { Caller } from '../../../src/ports/tokens/token-verifier.ts';
import { aCaller, FakeClock, FakeIds, instanceIdOf } from '../../support/builders.ts';
import { FakeNotifier } from '../../support/notify/fake-notifier.ts';

type Fields = { readonly [field: string]: unknown };

const USE_CASES = new Map(Object.entries(useCases) as [string, UseCase][]);

/** A clock that the fake timers advance. */
class TimerClock extends FakeClock {
  override now(): Date {
    return new Date();
  }
}

export const ada: Caller = aCaller({ scopes: ['agent', 'dashboard'] });

/** The whole application over the in-memory store, with fake channels. Use it with fake timers. */
export class NotifiedApplication {
  readonly phone = new FakeNotifier();
  readonly mail = new FakeNotifier('mail', 'email');
  readonly hook = new FakeNotifier('hook', null, false);
  readonly store = inMemoryStore(new InProcessSignals());
  readonly warn = vi.fn();
  readonly logger = { debug: vi.fn(), info: vi.fn(), warn: this.warn };
  readonly clock = new TimerClock();
  /** What was posted to the programs that asked, and the failures of the next posts. */
  readonly outcomes: { readonly url: string; readonly ended: EndedQuestion }[] = [];
  readonly outcomeFailures: Error[] = [];
  readonly channels = new Channels(aesSecretBox(newSecretKey()), [this.phone, this.mail, this.hook], {
    postOutcome: async (url, ended) => {
      const failure = this.outcomeFailures.shift();
      if (failure !== undefined) throw failure;
      this.outcomes.push({ url, ended });
    },
  });
  readonly dashboard: Dashboard;
  #runner: JobRunner | null = null;

  /** @param load how busy the process is, from 0 to 1. */
  constructor(load = () => 0) {
    this.dashboard = createDashboard({
      ...{ store: this.store, clock: this.clock, ids: new FakeIds(), logger: this.logger },
      notifications: { channels: this.channels, pageUrl: () => 'http://page', load },
    });
  }

  async start(): Promise<void> {
    const { store, clock, dashboard, logger } = this;
    this.#runner = await JobRunner.start(
      createJobs({ store, clock, dashboard, logger, retentionDays: null }),
      logger,
    );
  }

  [Symbol.dispose](): void {
    this.#runner?.[Symbol.dispose]();
  }

  call(name: keyof typeof useCases, input: object, caller = ada): Promise<Fields> {
    return this.dashboard.dispatch(USE_CASES.get(name)!, { caller, input });
  }

  async add(channel = 'fake', address = 'here', caller = ada): Promise<string> {
    const added = await this.call('addNotificationDestination', { channel, settings: { address } }, caller);
    return `${added.id}`;
  }

  async setRules(rules: object): Promise<void> {
    const current = await this.call('readNotificationRules', {});
    await this.call('changeNotificationRules', { ...current, ...rules });
  }

  async step(fields: object = {}, instance = 1): Promise<string> {
    const message = { agent_instance_id: instanceIdOf(instance), agent_type: 'codex', content: 'a step' };
    const sent = await this.call('sendAgentMessage', { ...message, ...fields });
    return `${sent.message_id}`;
  }

  ask(fields: object = {}, instance = 1): Promise<string> {
    return this.step({ content: 'Deploy?', requires_user_input: true, ...fields }, instance);
  }

  /** Returns the statuses of all deliveries, the newest notification first. */
  async statuses(): Promise<string[]> {
    const { notifications } = await this.call('listNotifications', {});
    return (notifications as { deliveries: { channel: string; status: string }[] }[]).flatMap(
      ({ deliveries }) => deliveries.map(({ channel, status }) => `${channel} ${status}`),
    );
  }
}

/** Lets fake time pass, and everything that becomes due meanwhile. */
export const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
