import { readFile } from 'node:fs/promises';
import ts from 'typescript';

/** A request that source code sends. `:` stands for every computed part of its path. */
export interface RequestInCode {
  readonly method: string;
  readonly path: string;
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const BASE_PATH = '/api/v1';

/**
 * Finds the REST requests in a source file: calls whose first two arguments are an HTTP method and a path,
 * calls of `requestPage` with a path, and calls with a literal address under `/api/v1`. The last two send a
 * GET. A call whose path is only a parameter of the function around it is not counted.
 */
export async function requestsIn(file: string): Promise<readonly RequestInCode[]> {
  const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.ESNext, true);
  const requests: RequestInCode[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [first, second] = node.arguments;
      const text = first === undefined ? '' : pathOf(first, source);
      if (second !== undefined && METHODS.has(text)) {
        requests.push({ method: text, path: pathOf(second, source) });
      } else if (ts.isIdentifier(node.expression) && node.expression.text === 'requestPage') {
        requests.push({ method: 'GET', path: text });
      } else if (text.startsWith(`${BASE_PATH}/`)) {
        requests.push({ method: 'GET', path: text.slice(BASE_PATH.length) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return requests
    .map(({ method, path }) => ({ method, path: path.split('?')[0]! }))
    .filter(({ path }) => path.startsWith('/'));
}

/** Returns the text of an expression. `:` stands for parts that only the running program knows. */
function pathOf(node: ts.Node, source: ts.SourceFile): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) => pathOf(expression, source) + literal.text,
    );
    return node.head.text + spans.join('');
  }
  if (ts.isCallExpression(node)) return pathOf(node.expression, source);
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return pathOf(node.body, source);
  if (ts.isIdentifier(node)) {
    const value = constantOf(node.text, source);
    if (value !== null) return pathOf(value, source);
  }
  return ':';
}

/** Returns what a constant of this file is set to, or null if there is no such constant. */
function constantOf(name: string, source: ts.SourceFile): ts.Expression | null {
  let value: ts.Expression | null = null;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === name) {
      value ??= node.initializer ?? null;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return value;
}
