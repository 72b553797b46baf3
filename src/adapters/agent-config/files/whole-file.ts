import type { SettingsFile } from './settings-file.ts';

/** A file that has nothing but what is ours. What a person has changed in it is lost when it is removed. */
export const wholeFile = (path: string, content: string): SettingsFile => ({
  path,
  add: () => content,
  contains: (text) => text === content,
  places: () => [],
  remove: () => null,
});
