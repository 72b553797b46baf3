import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

/** A component that is loaded when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);
  let isLoading = false;
  return function Lazy(props: Props) {
    const Component = loaded.value;
    if (Component !== null) return <Component {...props} />;
    if (!isLoading) {
      isLoading = true;
      load().then(
        (component) => {
          loaded.value = component;
        },
        () => {
          // Offline, perhaps: the next time it is shown it is tried again.
          isLoading = false;
        },
      );
    }
    return <div class="opening" aria-busy="true" />;
  };
}
