/** What a command may be called with, so that a "yes for this session" may cover it. */
export interface AllowedOptions {
  /** The options of one letter. They may stand together, and with a number: `-la`, `-n5`. */
  readonly letters: string;
  /** The long options, without `--`. They may have a value. */
  readonly names: ReadonlySet<string>;
}

const options = (letters: string, names: string): AllowedOptions => ({
  letters,
  names: new Set(names.split(' ').filter(Boolean)),
});

const DIFF_NAMES =
  'patch no-patch stat shortstat numstat summary raw name-only name-status unified color no-color word-diff ' +
  'ignore-all-space ignore-space-change ignore-blank-lines find-renames find-copies no-renames diff-filter ' +
  'no-ext-diff no-textconv minimal patience histogram function-context relative check full-index abbrev';
const LOG_NAMES =
  'oneline graph all decorate no-decorate abbrev-commit pretty format date author committer grep since until ' +
  'after before max-count skip reverse merges no-merges first-parent follow branches tags remotes topo-order ' +
  'date-order cc';

/**
 * The commands that a "yes for this session" may cover, each with its subcommand. They only read, and neither
 * run another program nor write a file, whatever their arguments are, as long as they have only these
 * options. Options are listed rather than forbidden, because git also takes the start of an option
 * (`--outp=x`), and because the same name may be another program that has more options: `grep` may be ugrep
 * (`--filter=program`), and `cat` may be bat (`--pager=program`).
 *
 * Commands that run what a file says are left out, such as `make` and `npm test`. The agent can change the
 * file, so the person would not know what the yes covers.
 */
export const ALLOWED_COMMANDS: ReadonlyMap<string, AllowedOptions> = new Map([
  ['pwd', options('LP', '')],
  [
    'ls',
    options(
      'aAdFghHilLnopqrRsStu',
      'all almost-all directory human-readable recursive reverse size inode color sort time full-time ' +
        'group-directories-first',
    ),
  ],
  ['cat', options('beEnsAtTuv', 'number number-nonblank squeeze-blank show-all show-ends show-tabs')],
  ['head', options('cnqv', 'lines bytes quiet verbose')],
  ['tail', options('cnqv', 'lines bytes quiet verbose')],
  ['wc', options('clLmw', 'lines words bytes chars')],
  [
    'grep',
    options(
      'ABCcEeFHhiLlmnoPqRrsvwx',
      'recursive ignore-case line-number files-with-matches count invert-match word-regexp extended-regexp ' +
        'fixed-strings only-matching with-filename no-filename max-count context after-context before-context ' +
        'include exclude exclude-dir color quiet no-messages',
    ),
  ],
  [
    'rg',
    options(
      'ABCceFgHilmNnoPSstTuUvwx',
      'hidden no-ignore files files-with-matches count glob iglob type type-not ignore-case smart-case ' +
        'fixed-strings line-number heading no-heading max-count context after-context before-context ' +
        'word-regexp only-matching multiline sort stats color no-messages',
    ),
  ],
  [
    'git status',
    options(
      'bsuvz',
      'short long branch show-stash porcelain verbose untracked-files ignored ahead-behind renames no-renames ' +
        'column no-column',
    ),
  ],
  ['git diff', options('abCDGMpRSsuUwWz', `${DIFF_NAMES} cached staged merge-base exit-code quiet`)],
  ['git log', options('bCDEFGiMnpRSsuUwWz', `${DIFF_NAMES} ${LOG_NAMES}`)],
  ['git show', options('bCDGMpRSsuUwWz', `${DIFF_NAMES} ${LOG_NAMES}`)],
]);
