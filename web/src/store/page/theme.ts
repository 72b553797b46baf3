import { effect, signal } from '@preact/signals';
import { storage } from './storage.ts';

export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'theme';
const savedTheme = storage.getItem(STORAGE_KEY);

export const theme = signal<Theme>(savedTheme === 'light' || savedTheme === 'dark' ? savedTheme : 'system');

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  if (theme.value === 'system') storage.removeItem(STORAGE_KEY);
  else storage.setItem(STORAGE_KEY, theme.value);
});
