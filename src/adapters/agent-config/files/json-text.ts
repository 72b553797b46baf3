import {
  findNodeAtLocation,
  type JSONPath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { SettingsError } from './settings-file.ts';

/**
 * A JSON text with comments, into which values are put, and from which they are taken out, while everything
 * else stays as it is: comments, order, indentation and line ends.
 */
export class JsonText {
  readonly #path: string;
  #text: string;

  /** @param path the name of the file, for errors. */
  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  /** @throws SettingsError if the text is not an object of JSON. Comments and trailing commas are allowed. */
  root(): Node {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error !== undefined) {
      throw this.#error(error.offset, `it is not valid JSON (${printParseErrorCode(error.error)})`);
    }
    if (root?.type !== 'object') throw this.#error(root?.offset ?? 0, 'it is not a JSON object');
    return root;
  }

  find(path: JSONPath): Node | undefined {
    return findNodeAtLocation(this.root(), path);
  }

  /**
   * Adds a property to an object, or an element to a list. The object or list is made where it is missing.
   * @param path the path of the new value. For an element of a list, it ends with `null`.
   * @throws SettingsError if something else is where the object or the list should be.
   */
  insert(path: readonly (string | null)[], value: unknown): void {
    const [key, parentPath] = [path.at(-1)!, path.slice(0, -1) as string[]];
    const type = key === null ? 'array' : 'object';
    const parent = this.find(parentPath);
    if (parent === undefined) {
      this.insert(parentPath, key === null ? [value] : { [key]: value });
      return;
    }
    if (parent.type !== type) {
      const what = key === null ? 'a list' : 'an object';
      throw this.#error(parent.offset, `${JSON.stringify(parentPath.join('.'))} is not ${what}`);
    }
    const name = key === null ? '' : `${JSON.stringify(key)}: `;
    this.#append(parent, name, value);
  }

  /** Takes a value out, with its comma and its line. */
  remove(node: Node): void {
    const whole = node.parent?.type === 'property' ? node.parent : node;
    const siblings = whole.parent?.children ?? [];
    const index = siblings.indexOf(whole);
    const before = siblings[index - 1];
    const end = endOf(whole);
    const comma = this.#commaAfter(end);
    // The line end in front of it belongs to it, and also the comma in front of it, if it is the last one.
    const start = this.#contentEnd(
      before === undefined ? whole.parent!.offset + 1 : endOf(before),
      whole.offset,
    );
    const edits: (readonly [number, number])[] = [[start, comma ?? end]];
    const commaBefore = before === undefined ? null : this.#commaAfter(endOf(before));
    if (index === siblings.length - 1 && comma === null && commaBefore !== null) {
      if (commaBefore <= start) edits.push([commaBefore - 1, commaBefore]);
    }
    for (const [from, to] of edits) this.#splice(from, to, '');
    const parent = whole.parent!;
    if (siblings.length === 1) this.#closeUp(parent.offset);
  }

  #append(parent: Node, name: string, value: unknown): void {
    const eol = this.#text.includes('\r\n') ? '\r\n' : '\n';
    const unit = this.#indentUnit();
    const outer = this.#indentAt(parent.offset);
    const inner = outer + unit;
    const lines = `${name}${JSON.stringify(value, null, unit)}`.split('\n').join(eol + inner);
    const closing = endOf(parent) - 1;
    const last = parent.children?.at(-1);
    const position = this.#contentEnd(last === undefined ? parent.offset + 1 : endOf(last), closing);
    const hasLineEnd = this.#text.slice(position, closing).includes('\n');
    const commaOfLast = last === undefined ? null : this.#commaAfter(endOf(last));
    // Where the last value has a comma, this one gets one, too, so that it can be taken out again.
    const comma = commaOfLast === null ? '' : ',';
    this.#splice(position, position, `${eol}${inner}${lines}${comma}${hasLineEnd ? '' : eol + outer}`);
    if (last !== undefined && commaOfLast === null) this.#splice(endOf(last), endOf(last), ',');
  }

  /** Takes the white space out of an object or a list that has become empty. */
  #closeUp(offset: number): void {
    const empty = /^([{[])\s+([}\]])/.exec(this.#text.slice(offset));
    if (empty !== null) this.#splice(offset, offset + empty[0].length, `${empty[1]}${empty[2]}`);
  }

  /** Returns the end of the last comma or comment between two offsets; the first of them if there is none. */
  #contentEnd(from: number, to: number): number {
    return from + this.#text.slice(from, to).trimEnd().length;
  }

  /** Returns the offset after the comma that follows; null if something else follows. */
  #commaAfter(offset: number): number | null {
    const found = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*,/.exec(this.#text.slice(offset));
    return found === null ? null : offset + found[0].length;
  }

  #indentUnit(): string {
    return /\n([ \t]+)"/.exec(this.#text)?.[1] ?? '  ';
  }

  /** Returns the indentation of the line in which the offset is. */
  #indentAt(offset: number): string {
    const line = this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1, offset);
    return /^[ \t]*/.exec(line)![0];
  }

  #splice(from: number, to: number, replacement: string): void {
    this.#text = this.#text.slice(0, from) + replacement + this.#text.slice(to);
  }

  #error(offset: number, problem: string): SettingsError {
    return new SettingsError(this.#path, { text: this.#text, offset }, problem);
  }
}

const endOf = ({ offset, length }: Node): number => offset + length;
