/** Variables by which terminals can be recognised, if `TERM_PROGRAM` does not name them. */
const MARKS: readonly (readonly [variable: string, name: string])[] = [
  ['ZELLIJ', 'zellij'],
  ['STY', 'screen'],
  ['WT_SESSION', 'Windows Terminal'],
  ['KITTY_WINDOW_ID', 'kitty'],
  ['ALACRITTY_WINDOW_ID', 'alacritty'],
  ['KONSOLE_VERSION', 'konsole'],
  ['GNOME_TERMINAL_SCREEN', 'gnome-terminal'],
];

/**
 * Returns the name of the terminal in which a process with this environment runs, in tmux with the pane, such
 * as `tmux %3`. Null: it runs in none that is known.
 */
export function terminalOf(env: NodeJS.ProcessEnv): string | null {
  if (env.TMUX) return ['tmux', env.TMUX_PANE].filter(Boolean).join(' ');
  const mark = MARKS.find(([variable]) => env[variable]);
  return mark?.[1] ?? (env.TERM_PROGRAM || null);
}
