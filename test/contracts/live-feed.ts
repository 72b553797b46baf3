import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { createDispatch } from '../../src/application/dispatch/dispatch.ts';
import { LiveFeed } from '../../src/application/live/live-feed.ts';
import {
  DEFAULT_SETTINGS,
  type ObjectSchema,
  type Ports,
  type UseCase,
} from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { DeadlineAnnouncements } from '../../src/application/waiting/deadline-announcements.ts';
import { OpenWaits } from '../../src/application/waiting/open-waits.ts';
import type { UserId } from '../../src/domain/ids.ts';
import { storageUnavailable } from '../../src/ports/errors.ts';
import type { DashboardQueries } from '../../src/ports/storage/dashboard-queries.ts';
import type { Caller } from '../../src/ports/tokens/token-verifier.ts';
import { aCaller } from '../support/builders.ts';
import { RecordingSink } from '../support/recording/recording-sink.ts';
import { testLiveFeedAccess } from './live-feed-access.ts';
import { testLiveEvents } from './live-feed-events.ts';
import { testLiveFeedReads } from './live-feed-reads.ts';
import { testLiveFeedResume } from './live-feed-resume.ts';

/** One server process on a store. */
export type LiveProcess = Pick<Ports, 'repository' | 'queries' | 'signals'>;

/**
 * Two processes on one store: one writes, and the other has the streams. Both may be the same process.
 */
export interface LiveProcesses {
  readonly writer: LiveProcess;
  readonly watcher: LiveProcess;
}

/** Tests the rules of live streams. They are the same for every store, and for one process and two. */
export function liveFeedContract(open: () => LiveProcesses): void {
  const newScene = sceneFactory(open);
  testLiveEvents(newScene);
  testLiveFeedResume(newScene);
  testLiveFeedReads(newScene);
  testLiveFeedAccess(newScene);
}

export type NewScene = ReturnType<typeof sceneFactory>;

function sceneFactory(open: () => LiveProcesses) {
  const systemClock = { now: () => new Date() };
  const neverAborted = new AbortController().signal;

  /**
   * One user with one agent instance. Its methods do what the person and the agent do, and `readCount` counts
   * the reads of the streams.
   */
  class Scene {
    readonly userId = `viewer-${uuidV7.next()}` as UserId;
    readonly instance = uuidV7.next();
    readCount = 0;
    /** How many of the next reads will fail. */
    failingReads = 0;
    /** Runs after a stream of all instances has read the positions where it starts. */
    afterFirstRead = async (): Promise<unknown> => null;
    readonly waits = new OpenWaits();
    readonly deadlines = new DeadlineAnnouncements();
    readonly stopping = new AbortController();
    readonly feed: LiveFeed;
    person: Caller = aCaller({ userId: this.userId, scopes: ['dashboard'] });
    readonly #agent: Caller = aCaller({ userId: this.userId });

    constructor(settings = DEFAULT_SETTINGS) {
      const { queries, signals } = open().watcher;
      const countingQueries: DashboardQueries = {
        listInstances: (...parameters) => queries.listInstances(...parameters),
        agentTypes: (...parameters) => queries.agentTypes(...parameters),
        readConversation: (...parameters) => queries.readConversation(...parameters),
        searchMessages: (...parameters) => queries.searchMessages(...parameters),
        progress: async (...parameters) => {
          const progress = await queries.progress(...parameters);
          await this.afterFirstRead();
          return progress;
        },
        changesSince: (...parameters) => {
          this.readCount += 1;
          if (this.failingReads > 0) {
            this.failingReads -= 1;
            return Promise.reject(storageUnavailable());
          }
          return queries.changesSince(...parameters);
        },
      };
      this.feed = new LiveFeed(
        { queries: countingQueries, signals, waits: this.waits, settings, clock: systemClock, ids: uuidV7 },
        this.stopping.signal,
      );
    }

    /** Runs a use case on the instance: as its agent if the use case allows agents, else as the person. */
    run(useCase: UseCase, input: object, process = open().writer): Promise<{ [field: string]: unknown }> {
      const ports = {
        ...process,
        apiKeys: null,
        removal: null,
        issuer: null,
        waits: this.waits,
        deadlines: this.deadlines,
        settings: DEFAULT_SETTINGS,
        clock: systemClock,
        ids: uuidV7,
      };
      const allowsAgents = useCase.scopes.includes('agent');
      return createDispatch(ports, neverAborted)(useCase as UseCase<ObjectSchema, ObjectSchema>, {
        caller: allowsAgents ? this.#agent : this.person,
        input: { agent_instance_id: this.instance, ...input },
      });
    }

    step(content: string, fields: object = {}) {
      return this.run(useCases.sendAgentMessage, { agent_type: 'x', content, ...fields });
    }

    say(content: string, fields: object = {}) {
      return this.run(useCases.writeToAgent, { content, ...fields });
    }

    /** Opens a stream of the instance, or of all instances, and waits until it is connected. */
    async watch(
      streamKind: 'instance' | 'all',
      lastEventId: string | null = null,
      sink = new RecordingSink(),
    ) {
      const request = { caller: this.person, lastEventId };
      const stream =
        streamKind === 'all'
          ? await this.feed.openUserStream(request)
          : await this.feed.openInstanceStream({ ...request, agentInstanceId: this.instance });
      const streamEnd = stream.pipeTo(sink);
      streamEnd.catch(() => {});
      await sink.waitForEvent('connected');
      return sink;
    }
  }

  return (settings = DEFAULT_SETTINGS) => new Scene(settings);
}
