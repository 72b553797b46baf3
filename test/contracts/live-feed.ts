import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { createDispatch } from '../../src/application/dispatch/dispatch.ts';
import { LiveFeed } from '../../src/application/live/live-feed.ts';
import { PAGE } from '../../src/application/live/observed-instance.ts';
import {
  DEFAULT_SETTINGS,
  type ObjectSchema,
  type Ports,
  type UseCase,
} from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { OpenWaits } from '../../src/application/waiting/open-waits.ts';
import type { AgentInstanceId, UserId } from '../../src/domain/ids.ts';
import { storageUnavailable } from '../../src/ports/errors.ts';
import type { DashboardQueries } from '../../src/ports/storage/dashboard-queries.ts';
import type { Caller } from '../../src/ports/tokens/token-verifier.ts';
import { refusal } from '../application/in-memory-application.ts';
import { aCaller } from '../support/builders.ts';
import { RecordingSink } from '../support/recording/recording-sink.ts';

/** One server process on a store. */
export type LiveProcess = Pick<Ports, 'repository' | 'queries' | 'signals'>;

/** Two processes on one store, or twice the same: it is written in one and watched in the other. */
export function liveFeedContract(open: () => { writer: LiveProcess; watcher: LiveProcess }): void {
  const systemClock = { now: () => new Date() };
  const neverStopping = new AbortController().signal;

  /** What one user's people and agents do, and how often their streams look. */
  class Scene {
    readonly userId = `viewer-${uuidV7.next()}` as UserId;
    readonly instance = uuidV7.next();
    reads = 0;
    /** So many of them fail from now on. */
    failing = 0;
    /** Happens when a stream of all instances has just read where it begins. */
    whileBeginning = async (): Promise<unknown> => null;
    readonly waits = new OpenWaits();
    readonly stopping = new AbortController();
    readonly feed: LiveFeed;
    person: Caller = aCaller({ userId: this.userId, scopes: ['dashboard'] });
    readonly #agent: Caller = aCaller({ userId: this.userId });

    constructor(settings = DEFAULT_SETTINGS) {
      const { queries, signals } = open().watcher;
      const counting: DashboardQueries = {
        listInstances: (...asked) => queries.listInstances(...asked),
        agentTypes: (...asked) => queries.agentTypes(...asked),
        readConversation: (...asked) => queries.readConversation(...asked),
        progress: async (...asked) => {
          const progress = await queries.progress(...asked);
          await this.whileBeginning();
          return progress;
        },
        changesSince: (...asked) => {
          this.reads += 1;
          if (this.failing > 0) {
            this.failing -= 1;
            return Promise.reject(storageUnavailable());
          }
          return queries.changesSince(...asked);
        },
      };
      this.feed = new LiveFeed(
        { queries: counting, signals, waits: this.waits, settings, clock: systemClock, ids: uuidV7 },
        this.stopping.signal,
      );
    }

    ask(useCase: UseCase, input: object, process = open().writer): Promise<{ [field: string]: unknown }> {
      const ports = {
        ...process,
        apiKeys: null,
        removal: null,
        issuer: null,
        waits: this.waits,
        settings: DEFAULT_SETTINGS,
        clock: systemClock,
        ids: uuidV7,
      };
      const isAgents = useCase.scopes.includes('agent');
      return createDispatch(ports, neverStopping)(useCase as UseCase<ObjectSchema, ObjectSchema>, {
        caller: isAgents ? this.#agent : this.person,
        input: { agent_instance_id: this.instance, ...input },
      });
    }

    step(content: string, more: object = {}) {
      return this.ask(useCases.sendAgentMessage, { agent_type: 'x', content, ...more });
    }

    say(content: string, more: object = {}) {
      return this.ask(useCases.writeToAgent, { content, ...more });
    }

    /** Opens a stream of the instance, or of all of them, and has it connected. */
    async watch(of: 'instance' | 'all', lastEventId: string | null = null, sink = new RecordingSink()) {
      const request = { caller: this.person, lastEventId };
      const stream =
        of === 'all'
          ? await this.feed.ofAll(request)
          : await this.feed.ofInstance({ ...request, agentInstanceId: this.instance });
      const flowing = stream.flow(sink);
      flowing.catch(() => {});
      await sink.until('connected');
      return sink;
    }
  }

  describe.each(['instance', 'all'] as const)('a stream of %s', (of) => {
    test('begins now: it tells nothing of what was before', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      await scene.step('two');
      await sink.until('message two');
      expect(sink.told().slice(0, 2)).toEqual(['connected', 'message two']);
    });

    test('tells of messages in their order, each once, however many write at once', async () => {
      const scene = new Scene();
      await scene.step('first');
      const sink = await scene.watch(of);
      const contents = Array.from({ length: 3 * PAGE }, (_, nth) => `${nth}`);
      await Promise.all(
        contents.map((content, nth) => (nth % 3 === 0 ? scene.say(content) : scene.step(content))),
      );
      const positions = () =>
        sink.events.flatMap(({ type, data }) =>
          type === 'message' ? [(data as { position: number }).position] : [],
        );
      await expect
        .poll(() => positions().length, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(contents.length);
      expect(positions()).toEqual(contents.map((_, nth) => nth + 2));
    });

    test('tells what became of a question, and when the agent was handed what was queued', async () => {
      const scene = new Scene();
      await scene.step('Which?', { requires_user_input: true });
      const sink = await scene.watch(of);
      const answer = await scene.say('this');
      expect(await sink.until('message_update Which?')).toMatchObject({
        agent_instance_id: scene.instance,
        question_status: 'answered',
        answer_id: answer.id,
        agent_waiting: false,
      });
      expect(await sink.until('message this')).toMatchObject({ read_at: null, sender_type: 'USER' });
      await scene.step('thanks');
      expect(await sink.until('message_update this')).toMatchObject({ read_at: expect.any(String) });
    });

    test('tells of a new status, a new name and an end, and not of a status that stays', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      await scene.step('Which?', { requires_user_input: true });
      await sink.until('status_update AWAITING_INPUT');
      await scene.ask(useCases.renameAgentInstance, { name: 'Ada' });
      await expect.poll(() => sink.told().filter((told) => told.startsWith('status_update'))).toHaveLength(2);
      expect(sink.events.at(-1)?.data).toMatchObject({
        name: 'Ada',
        latest_message: 'Which?',
        chat_length: 2,
      });
      await scene.ask(useCases.setInstanceStatus, { status: 'COMPLETED' });
      expect(await sink.until('status_update COMPLETED')).toMatchObject({ ended_at: expect.any(String) });
      const before = sink.events.length;
      await scene.step('after the end');
      await sink.until('message after the end', before);
      expect(sink.told().slice(before)).toEqual(['message after the end']);
    });

    test('tells of a heartbeat without an overview', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      await scene.step('two');
      await sink.until('message two');
      const { last_heartbeat_at } = await scene.ask(useCases.heartbeat, {});
      expect(await sink.until('agent_heartbeat')).toEqual({
        agent_instance_id: scene.instance,
        last_heartbeat_at,
      });
    });

    test('tells of a deletion, and goes on after a restoration', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      await scene.ask(useCases.deleteAgentInstance, {});
      await sink.until('status_update DELETED');
      await scene.ask(useCases.restoreAgentInstance, {});
      await sink.until('status_update ACTIVE');
      await scene.step('two');
      await sink.until('message two');
    });

    test('goes on where it was: nothing is missing, nothing comes twice', async () => {
      const scene = new Scene();
      await scene.step('one');
      const first = await scene.watch(of);
      await scene.step('two');
      await first.until('message two');
      first.close();
      const missed = Array.from({ length: PAGE + 3 }, (_, nth) => `missed ${nth}`);
      for (const content of missed) await scene.step(content);
      const second = await scene.watch(of, first.lastId);
      await scene.step('last');
      await second.until('message last');
      expect(second.told().filter((told) => told.startsWith('message '))).toEqual(
        [...missed, 'last'].map((content) => `message ${content}`),
      );
      expect(second.told()[0]).toBe('connected');
      expect(second.events[0]?.id).toBe(first.lastId);
    });

    test('may be cut after any event and still goes on with the next message', async () => {
      const scene = new Scene();
      await scene.step('one');
      const whole = await scene.watch(of);
      for (const content of ['a', 'b', 'c']) await scene.step(content, { requires_user_input: true });
      await scene.say('d');
      await whole.until('message d');
      const messages = (sink: RecordingSink) => sink.told().filter((told) => told.startsWith('message '));
      for (const [nth, { id }] of whole.events.entries()) {
        const had = whole
          .told()
          .slice(0, nth + 1)
          .filter((told) => told.startsWith('message '));
        const cut = await scene.watch(of, id);
        if (had.length < messages(whole).length) await cut.until('message d');
        expect([...had, ...messages(cut)]).toEqual(messages(whole));
        cut.close();
      }
    });

    test('is one read for a change, however many watch', async () => {
      const readsFor = async (streams: number) => {
        const scene = new Scene();
        await scene.step('one');
        const sinks = await Promise.all(Array.from({ length: streams }, () => scene.watch(of)));
        await scene.step('two');
        await Promise.all(sinks.map((sink) => sink.until('message two')));
        const before = scene.reads;
        for (const content of ['three', 'four']) {
          await scene.step(content);
          await Promise.all(sinks.map((sink) => sink.until(`message ${content}`)));
        }
        await scene.ask(useCases.heartbeat, {});
        await Promise.all(sinks.map((sink) => sink.until('agent_heartbeat')));
        expect(new Set(sinks.map(({ events }) => events.at(-1))).size).toBe(1);
        return scene.reads - before;
      };
      expect(await readsFor(1)).toBe(3);
      expect(await readsFor(25)).toBe(3);
    });

    test('tells whether an agent waits for the answer, without a read for it', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      await scene.step('Which?', { requires_user_input: true });
      expect(await sink.until('message Which?')).toMatchObject({ agent_waiting: false });
      const { reads } = scene;
      const agentInstanceId = scene.instance as never;
      const waiting = scene.waits.begin({ userId: scene.userId, agentInstanceId });
      expect(await sink.until('message_update Which?')).toMatchObject({ agent_waiting: true });
      const after = sink.events.length;
      waiting[Symbol.dispose]();
      expect(await sink.until('message_update Which?', after)).toMatchObject({ agent_waiting: false });
      expect(scene.reads).toBe(reads);
    });

    test('tells that an agent has fallen silent, without a read for it', async () => {
      const scene = new Scene({ staleAfterSeconds: 0.3 });
      await scene.step('one');
      const sink = await scene.watch(of);
      await scene.step('two');
      await sink.until('message two');
      const { reads } = scene;
      await sink.until('status_update STALE');
      expect(scene.reads).toBe(reads);
      await scene.step('three');
      await sink.until('status_update ACTIVE');
    });

    test('tells later what could not be read at once', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      scene.failing = 1;
      await scene.step('two');
      await sink.until('message two');
    });

    test('ends with the token that opened it', async () => {
      const scene = new Scene();
      await scene.step('one');
      const ends: (() => void)[] = [];
      const life = {
        hasEnded: false,
        onEnd: (end: () => void) => {
          ends.push(end);
          return { close: () => ends.splice(0) };
        },
      };
      scene.person = { ...scene.person, life };
      const sink = await scene.watch(of);
      ends[0]?.();
      await sink.closed;
      await expect.poll(() => ends).toEqual([]);
    });

    test('ends when the process is about to stop', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch(of);
      scene.stopping.abort();
      await sink.closed;
      const late = new RecordingSink();
      void scene.watch(of, null, late);
      await late.closed;
    });

    test('is for people only', async () => {
      const scene = new Scene();
      await scene.step('one');
      const request = { caller: aCaller({ userId: scene.userId }), lastEventId: null };
      const opened =
        of === 'all'
          ? scene.feed.ofAll(request)
          : scene.feed.ofInstance({ ...request, agentInstanceId: scene.instance });
      expect((await refusal(opened)).code).toBe('insufficient_scope');
    });

    // The server makes no such keys; another token verifier may.
    test('is not to be had with a key for another instance', async () => {
      const scene = new Scene();
      await scene.step('one');
      scene.person = { ...scene.person, agentInstanceId: uuidV7.next() as AgentInstanceId };
      const { code } = await refusal(scene.watch(of));
      expect(code).toBe('insufficient_scope');
    });
  });

  test('a key for one instance has the stream of that one, and of no more', async () => {
    const scene = new Scene();
    await scene.step('one');
    scene.person = { ...scene.person, agentInstanceId: scene.instance as AgentInstanceId };
    expect((await refusal(scene.watch('all'))).code).toBe('insufficient_scope');
    const sink = await scene.watch('instance');
    await scene.step('two');
    await sink.until('message two');
  });

  describe('a stream of one instance', () => {
    test('tells the diff', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch('instance');
      await scene.step('two', { git_diff: 'diff --git a/x b/x' });
      expect(await sink.until('git_diff_update')).toEqual({
        agent_instance_id: scene.instance,
        git_diff: 'diff --git a/x b/x',
      });
    });

    test('that is resumed ends its replay with the current state', async () => {
      const scene = new Scene();
      await scene.step('Which?', { requires_user_input: true });
      const first = await scene.watch('instance');
      first.close();
      const second = await scene.watch('instance', first.lastId);
      await second.until('status_update AWAITING_INPUT');
      expect(second.told()).toEqual(['connected', 'message_update Which?', 'status_update AWAITING_INPUT']);
      expect(second.events.map(({ id }) => id)).toEqual(Array(3).fill(first.lastId));
    });

    test('that has seen more than there is, begins anew', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch('instance', '17.4');
      await sink.until('status_update ACTIVE');
      expect(sink.told()).toEqual(['connected', 'resync', 'status_update ACTIVE']);
      expect(sink.events[0]?.id).toBe('1.1');
    });

    test('is not there for what is somebody else’s, deleted, or never was', async () => {
      const [scene, other] = [new Scene(), new Scene()];
      await other.step('theirs');
      await scene.step('mine');
      await scene.ask(useCases.deleteAgentInstance, {});
      for (const agentInstanceId of [other.instance, scene.instance, uuidV7.next()]) {
        for (const lastEventId of [null, '0.0']) {
          const opened = scene.feed.ofInstance({ caller: scene.person, agentInstanceId, lastEventId });
          expect((await refusal(opened)).code).toBe('agent_instance_not_found');
        }
      }
    });

    test('is refused only for an id that is not of its format', async () => {
      const scene = new Scene();
      await scene.step('one');
      for (const lastEventId of [
        'x',
        '1',
        '1.',
        '-1.1',
        '1.1.1',
        ' 1.1',
        '99999999999.1',
        '0123456789abcdef.3',
      ]) {
        const opened = scene.watch('instance', lastEventId);
        expect((await refusal(opened)).code).toBe('invalid_last_event_id');
      }
      await scene.watch('instance', '9999999999.9999999999');
    });

    test('waits for a slow client with what it has missed, and skips nothing of what comes meanwhile', async () => {
      const scene = new Scene();
      await scene.step('one');
      for (let nth = 0; nth < 5; nth += 1) await scene.step(`missed ${nth}`);
      const sink = new RecordingSink();
      sink.stall();
      await scene.watch('instance', '1.1', sink);
      await scene.step('meanwhile');
      expect(sink.told()).not.toContain('message meanwhile');
      sink.goOn();
      await sink.until('message meanwhile');
      await scene.step('afterwards');
      await sink.until('message afterwards');
      expect(sink.told().filter((told) => told.startsWith('message '))).toEqual([
        ...[0, 1, 2, 3, 4].map((nth) => `message missed ${nth}`),
        'message meanwhile',
        'message afterwards',
      ]);
    });
  });

  describe('a stream of all instances', () => {
    test('tells first what a new instance is', async () => {
      const scene = new Scene();
      const sink = await scene.watch('all');
      await scene.step('hello', { git_diff: 'diff --git a/x b/x' });
      await sink.until('git_diff_update');
      expect(sink.told()).toEqual(['connected', 'status_update ACTIVE', 'message hello', 'git_diff_update']);
    });

    test('tells that there is another diff, and not which', async () => {
      const scene = new Scene();
      await scene.step('one');
      const sink = await scene.watch('all');
      await scene.step('two', { git_diff: 'diff --git a/x b/x' });
      expect(await sink.until('git_diff_update')).toEqual({ agent_instance_id: scene.instance });
    });

    test('looks at what has happened while it began, or it would take an agent for silent that is not', async () => {
      const scene = new Scene();
      await scene.step('one');
      scene.whileBeginning = () => scene.step('two');
      await scene.watch('all');
      await expect.poll(() => scene.reads).toBe(1);
    });

    test('says resync where it does not know what was missed', async () => {
      const [scene, restarted] = [new Scene(), new Scene()];
      const first = await scene.watch('all');
      first.close();
      const elsewhere = await restarted.watch('all', first.lastId);
      await elsewhere.until('resync');
      expect(elsewhere.told()).toEqual(['connected', 'resync']);
      expect(elsewhere.events[0]?.id).not.toBe(first.lastId);
      const ahead = await scene.watch('all', first.lastId.replace(/\d+$/, '99'));
      await ahead.until('resync');
    });

    test('says resync where more was missed than is kept', async () => {
      const scene = new Scene();
      await scene.step('one');
      const first = await scene.watch('all');
      const large = 'x'.repeat(400_000);
      for (const nth of [1, 2, 3]) {
        await scene.step(`${nth}${large}`);
        await first.until(`message ${nth}${large}`);
      }
      const second = await scene.watch('all', first.events[0]!.id);
      await second.until('resync');
      expect(second.told()).toEqual(['connected', 'resync']);
      const third = await scene.watch('all', second.lastId);
      await scene.step('on');
      await third.until('message on');
      expect(third.told()).toEqual(['connected', 'message on']);
    });

    test('hears nothing of other users', async () => {
      const [scene, other] = [new Scene(), new Scene()];
      const sink = await scene.watch('all');
      await other.step('theirs');
      await scene.step('mine');
      await sink.until('message mine');
      expect(sink.told()).toEqual(['connected', 'status_update ACTIVE', 'message mine']);
    });

    test('is refused only for an id that is not of its format', async () => {
      const scene = new Scene();
      for (const lastEventId of [
        'x',
        '5.7',
        '0123456789abcdef',
        '0123456789ABCDEF.1',
        '0123456789abcdef.-1',
      ]) {
        expect((await refusal(scene.watch('all', lastEventId))).code).toBe('invalid_last_event_id');
      }
    });

    test('shares its reads with streams of single instances, and both miss nothing', async () => {
      const scene = new Scene();
      await scene.step('one');
      const single = await scene.watch('instance');
      const all = await scene.watch('all');
      const another = await scene.watch('instance');
      await scene.step('two');
      await Promise.all([single, all, another].map((sink) => sink.until('message two')));
      const { reads } = scene;
      await scene.step('three');
      await Promise.all([single, all, another].map((sink) => sink.until('message three')));
      expect(scene.reads).toBe(reads + 1);
      single.close();
      another.close();
      await scene.step('four');
      await all.until('message four');
    });
  });
}
