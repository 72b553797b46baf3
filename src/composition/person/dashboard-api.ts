import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** What the server says is wrong with a request. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  /** All that the server says. */
  readonly problem: { readonly [field: string]: unknown };

  constructor(status: number, problem: { readonly [field: string]: unknown }) {
    super(typeof problem.detail === 'string' ? problem.detail : `The server answered ${status}`);
    this.status = status;
    this.code = typeof problem.code === 'string' ? problem.code : '';
    this.problem = problem;
  }
}

/** One event of a live stream. */
export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** The server sends a heartbeat more often than this. */
const SILENCE_MS = 60_000;

/** The REST API of a running server, as a person uses it in a terminal. */
export class DashboardApi {
  readonly #base: string;
  readonly #token: string;

  constructor(baseUrl: string, token: string) {
    this.#base = `${baseUrl.replace(/\/+$/, '')}/api/v1`;
    this.#token = token;
  }

  /** @throws ProblemError, or Error where no server answers. */
  async get<Answer>(path: string): Promise<Answer> {
    return (await this.#fetch(path, {})).json() as Promise<Answer>;
  }

  /** Under an Idempotency-Key, so that it counts once even where it has to be sent again. */
  async post<Answer>(path: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const request = { method: 'POST', body: JSON.stringify(body), headers };
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        return (await (await this.#fetch(path, request)).json()) as Answer;
      } catch (error) {
        if (isFinal(error) || pause > 4 * FIRST_PAUSE_MS) throw error;
        await setTimeout(pause);
      }
    }
  }

  /**
   * The events of a stream, for as long as they are taken: what is cut is opened again where it was.
   * @throws ProblemError for what no other attempt would change.
   */
  async *events(
    path: string,
    { signal, onCut }: { signal: AbortSignal; onCut: (error: unknown) => void },
  ): AsyncGenerator<StreamEvent> {
    let lastId = '';
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        for await (const event of this.#stream(path, lastId, signal)) {
          lastId = event.id;
          pause = FIRST_PAUSE_MS;
          yield event;
        }
        onCut(null);
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error)) throw error;
        onCut(error);
      }
      await setTimeout(pause, null, { signal }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  async *#stream(path: string, lastId: string, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    const silence = new AbortController();
    let timer = globalThis.setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await this.#fetch(path, {
        headers: { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) },
        signal: AbortSignal.any([signal, silence.signal]),
      });
      let rest = '';
      for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
        clearTimeout(timer);
        timer = globalThis.setTimeout(() => silence.abort(), SILENCE_MS);
        const frames = (rest + text).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) yield eventOf(frame);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(path: string, request: RequestInit): Promise<Response> {
    const headers = { ...request.headers, authorization: `Bearer ${this.#token}` };
    let response: Response;
    try {
      response = await fetch(this.#base + path, { ...request, headers });
    } catch (cause) {
      throw new Error(`No server answers at ${this.#base}`, { cause });
    }
    if (response.ok) return response;
    throw new ProblemError(response.status, (await response.json().catch(() => ({}))) as object as never);
  }
}

/** What asking again would not change. */
const isFinal = (error: unknown): boolean =>
  error instanceof ProblemError && error.status < 500 && error.status !== 429;

/** As this server writes them: one line for each field. */
function eventOf(frame: string): StreamEvent {
  const fields = new Map(
    frame.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
  const data = fields.get('data');
  return {
    id: fields.get('id') ?? '',
    type: fields.get('event') ?? '',
    data: data === undefined ? null : JSON.parse(data),
  };
}
