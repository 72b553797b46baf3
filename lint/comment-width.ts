import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** The maximum width of a line with a comment. Biome applies the same width, but only to code. */
const MAX_WIDTH = 110;

/** Returns the numbers, counted from 0, of all lines that contain a comment or a part of one. */
function findCommentLines(source: ts.SourceFile): Set<number> {
  const lines = new Set<number>();
  const addLines = (comments: readonly ts.CommentRange[] = []) => {
    for (const { pos, end } of comments) {
      const first = source.getLineAndCharacterOfPosition(pos).line;
      const last = source.getLineAndCharacterOfPosition(end).line;
      for (let line = first; line <= last; line += 1) lines.add(line);
    }
  };
  const visit = (node: ts.Node) => {
    // JSX text is never a comment, even if it looks like one. JSDoc nodes are in comments found anyway.
    if (ts.isJsxText(node)) return;
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(source);
    if (children.length === 0) {
      addLines(ts.getLeadingCommentRanges(source.text, node.pos));
      addLines(ts.getTrailingCommentRanges(source.text, node.end));
    }
    for (const child of children) visit(child);
  };
  visit(source);
  return lines;
}

/** Returns one error for each line that contains a comment and is too wide. */
function findTooWideLines(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const lines = text.split(/\r?\n/);
  if (lines.every((line) => line.length <= MAX_WIDTH)) return [];
  const kind = file.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, kind);
  return Array.from(findCommentLines(source))
    .map((line) => ({ line, width: Array.from(lines[line] ?? '').length }))
    .filter(({ width }) => width > MAX_WIDTH)
    .sort((a, b) => a.line - b.line)
    .map(
      ({ line, width }) =>
        `${file}:${line + 1}: a line with a comment has ${width} characters, more than ${MAX_WIDTH}`,
    );
}

const files = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  {
    encoding: 'utf8',
  },
)
  .split('\0')
  .filter((file) => existsSync(file));
const errors = files.flatMap(findTooWideLines);
for (const error of errors) process.stderr.write(`${error}\n`);
if (errors.length > 0) {
  process.stderr.write(`${errors.length} lines with comments are wider than ${MAX_WIDTH} characters\n`);
  process.exitCode = 1;
}
