import { isDeepStrictEqual } from 'node:util';
import { getNodeValue, type Node } from 'jsonc-parser';
import { JsonText } from './json-text.ts';
import type { SettingsFile } from './settings-file.ts';

/** A value that is added to a JSON file. */
export interface JsonAddition {
  /** The path of the value. For an element that is appended to a list, it ends with null. */
  readonly path: readonly (string | null)[];
  readonly value: unknown;
}

export interface JsonSettingsOptions {
  readonly path: string;
  readonly additions: readonly JsonAddition[];
  /** Objects whose properties, and lists whose elements, may be ours. */
  readonly containers: readonly (readonly string[])[];
  /** Says whether a value in a container is ours, also one of an earlier version. */
  readonly isOurs: (value: unknown, key: string | null) => boolean;
}

const EMPTY = '{}\n';
const isBlank = (text: string): boolean => text.trim() === '';

/** A file of JSON, with or without comments. */
export function jsonSettings(options: JsonSettingsOptions): SettingsFile {
  const { path, additions, containers, isOurs } = options;
  const ours = (json: JsonText, container: readonly string[]): readonly Node[] => {
    const node = json.find([...container]);
    const children = node?.type === 'object' || node?.type === 'array' ? (node.children ?? []) : [];
    return children.flatMap((child) => {
      const isProperty = child.type === 'property';
      const value = isProperty ? child.children?.[1] : child;
      const key = isProperty ? String(child.children![0]!.value) : null;
      return value !== undefined && isOurs(getNodeValue(value), key) ? [value] : [];
    });
  };
  return {
    path,
    add(text) {
      const json = new JsonText(path, text === null || isBlank(text) ? EMPTY : text);
      json.root();
      for (const addition of additions) json.insert(addition.path, addition.value);
      return json.text;
    },
    contains(text) {
      if (isBlank(text)) return false;
      const json = new JsonText(path, text);
      return containers.every((container) => {
        const here = additions.filter((addition) => isDeepStrictEqual(addition.path.slice(0, -1), container));
        const found = ours(json, container).map(plainValueOf);
        return isDeepStrictEqual(
          found,
          here.map(({ value }) => value),
        );
      });
    },
    places(text) {
      if (text === null || isBlank(text)) return [];
      const json = new JsonText(path, text);
      const all = containers.flatMap((container) =>
        container.map((_, index) => container.slice(0, index + 1)),
      );
      return [
        ...new Set(all.filter((place) => json.find(place) !== undefined).map((place) => place.join('.'))),
      ];
    },
    remove(text, places) {
      if (isBlank(text)) return text;
      const json = new JsonText(path, text);
      json.root();
      for (const container of containers) {
        for (let found = ours(json, container); found.length > 0; found = ours(json, container)) {
          json.remove(found.at(-1)!);
        }
        removeEmpty(json, container, places);
      }
      return json.text.trim() === '{}' && places.length === 0 ? null : json.text;
    },
  };
}

/** The library makes objects without a prototype, which are equal to no other object. */
const plainValueOf = (node: Node): unknown => JSON.parse(JSON.stringify(getNodeValue(node)));

/** Removes objects and lists that are empty now, from the inside, unless they had been there before. */
function removeEmpty(json: JsonText, container: readonly string[], places: readonly string[]): void {
  for (let length = container.length; length > 0; length -= 1) {
    const path = container.slice(0, length);
    const node = json.find(path);
    const isEmpty = (node?.type === 'object' || node?.type === 'array') && node.children?.length === 0;
    if (!isEmpty || places.includes(path.join('.'))) return;
    json.remove(node);
  }
}
