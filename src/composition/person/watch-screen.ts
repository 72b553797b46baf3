import { cut, plainLine } from './plain-text.ts';
import { nameOf, type WatchedAgents } from './watched-agents.ts';

const REDRAW_MS = 100;
/** The alternate screen without a cursor, and back (xterm's control sequences, which all terminals know). */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

/** A list above and a timeline below, drawn anew at most ten times a second. */
export class WatchScreen implements Disposable {
  readonly #agents: WatchedAgents;
  readonly #out: NodeJS.WriteStream;
  readonly #onResize = () => this.show();
  #due: NodeJS.Timeout | null = null;
  /** Said in the first line: how the connection is. */
  state = 'connecting';

  constructor(agents: WatchedAgents, out: NodeJS.WriteStream) {
    this.#agents = agents;
    this.#out = out;
    out.write(ENTER);
    out.on('resize', this.#onResize);
  }

  show(): void {
    this.#due ??= setTimeout(() => {
      this.#due = null;
      this.#out.write(drawn(this.#agents, this.state, this.#out));
    }, REDRAW_MS);
  }

  [Symbol.dispose](): void {
    if (this.#due !== null) clearTimeout(this.#due);
    this.#out.off('resize', this.#onResize);
    this.#out.write(LEAVE);
  }
}

function drawn(
  { list, timeline }: WatchedAgents,
  state: string,
  { columns = 80, rows = 24 }: { readonly columns?: number; readonly rows?: number },
): string {
  const room = Math.max(1, Math.min(list.length, Math.floor((rows - 4) * 0.6)));
  const waiting = list.filter(({ status }) => status === 'AWAITING_INPUT').length;
  const title = `Agents: ${list.length}, waiting for you: ${waiting} (${state}; Ctrl-C ends it)`;
  const agents = list.slice(0, room).map((instance) => {
    const message = plainLine(instance.latest_message ?? '');
    const line = cut(`${instance.status.padEnd(14)} ${nameOf(instance, instance.id)}  ${message}`, columns);
    return instance.status === 'AWAITING_INPUT' ? `${BOLD}${line}${PLAIN}` : line;
  });
  const more = list.length > room ? [`${DIM}… and ${list.length - room} more${PLAIN}`] : [];
  const left = Math.max(0, rows - 2 - agents.length - more.length);
  const past = left === 0 ? [] : timeline.slice(-left).map((line) => `${DIM}${cut(line, columns)}${PLAIN}`);
  const lines = [cut(title, columns), ...agents, ...more, '', ...past];
  return `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`;
}
