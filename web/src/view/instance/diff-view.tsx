import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { cutText } from '../../../../src/domain/text/graphemes.ts';
import { type DiffFile, type DiffLine, diffRows } from '../../model/diff/diff-file.ts';
import { parseDiff } from '../../model/diff/parse-diff.ts';
import { dashboard, loadInstance } from '../../store/agents/dashboard.ts';
import { Icon } from '../common/icon.tsx';
import { useVirtualList } from '../common/use-virtual-list.ts';

/** A longer line is cut, because it would slow down the page. */
const MAX_LINE_CHARACTERS = 2_000;
/** The heights of the rows before they are measured. */
const ESTIMATED_LINE_PX = 20;
const ESTIMATED_HEADER_PX = 45;

/** Shows the agent's git diff. Only the visible rows are in the document, however long the diff is. */
export function DiffView({ id }: { readonly id: string }) {
  const scroller = useRef<HTMLElement>(null);
  const collapsedPaths = useSignal<ReadonlySet<string>>(new Set());
  const conversation = dashboard.value.conversations.get(id);
  const text = conversation?.gitDiff ?? '';
  const isOutdated = conversation?.isGitDiffOutdated ?? false;
  useEffect(() => {
    if (isOutdated) void loadInstance(id).catch(() => null);
  }, [id, isOutdated]);
  const files = useMemo(() => (text === '' ? [] : parseDiff(text)), [text]);
  const rows = useMemo(() => diffRows(files, collapsedPaths.value), [files, collapsedPaths.value]);
  const list = useVirtualList({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]!.kind === 'file' ? ESTIMATED_HEADER_PX : ESTIMATED_LINE_PX),
    getItemKey: (index) => rows[index]!.key,
    overscan: 20,
  });
  const toggle = ({ path }: DiffFile) => {
    const next = new Set(collapsedPaths.value);
    if (!next.delete(path)) next.add(path);
    collapsedPaths.value = next;
  };
  if (conversation !== undefined && files.length === 0)
    return <p class="empty-state muted">No changes reported yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must be able to focus and scroll it
    <section class="diff" aria-label="Changes" tabIndex={0} ref={scroller}>
      <Summary files={files} />
      <div class="diff-rows" style={{ height: `${list.getTotalSize()}px` }}>
        {list.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]!;
          return (
            <div
              key={row.key}
              class="diff-row"
              data-index={index}
              ref={list.measureElement}
              style={{ transform: `translateY(${start}px)` }}
            >
              {row.kind === 'line' ? (
                <Line line={row.line} />
              ) : (
                <FileHeader
                  file={row.file}
                  isOpen={!collapsedPaths.value.has(row.file.path)}
                  onToggle={() => toggle(row.file)}
                />
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}

const totalLines = (files: readonly DiffFile[], count: 'added' | 'removed'): number =>
  files.reduce((sum, file) => sum + file[count], 0);

const Summary = ({ files }: { readonly files: readonly DiffFile[] }) => (
  <p class="diff-summary">
    {files.length === 1 ? 'One file' : `${files.length} files`} changed <ChangeCounts files={files} />
  </p>
);

const ChangeCounts = ({ files }: { readonly files: readonly DiffFile[] }) => (
  <span class="diff-counts">
    {totalLines(files, 'added') > 0 && <span class="added">+{totalLines(files, 'added')}</span>}{' '}
    {totalLines(files, 'removed') > 0 && <span class="removed">−{totalLines(files, 'removed')}</span>}
  </span>
);

interface FileHeaderProps {
  readonly file: DiffFile;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

const FileHeader = ({ file, isOpen, onToggle }: FileHeaderProps) => (
  <button type="button" class="diff-head" aria-expanded={isOpen} onClick={onToggle}>
    <Icon name="chevron" />
    <span class="diff-path">
      {file.oldPath !== null && <span class="muted">{file.oldPath} → </span>}
      {file.path}
    </span>
    {file.kind !== 'changed' && <span class="diff-kind">{file.kind}</span>}
    <ChangeCounts files={[file]} />
  </button>
);

const LINE_SIGNS = { added: '+', removed: '−', context: ' ', hunk: '⋯', note: '' } as const;

const Line = ({ line }: { readonly line: DiffLine }) => (
  <div class="diff-line" data-kind={line.kind}>
    <span class="diff-number wide-only">{line.before}</span>
    <span class="diff-number">{line.after}</span>
    <span class="diff-sign">{LINE_SIGNS[line.kind]}</span>
    <code>
      {line.text.length > MAX_LINE_CHARACTERS ? `${cutText(line.text, MAX_LINE_CHARACTERS)} …` : line.text}
    </code>
  </div>
);
