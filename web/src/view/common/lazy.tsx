import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

/** Returns a component whose code is loaded when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loadedComponent = signal<ComponentType<Props> | null>(null);
  let isLoading = false;
  return function Lazy(props: Props) {
    const Component = loadedComponent.value;
    if (Component !== null) return <Component {...props} />;
    if (!isLoading) {
      isLoading = true;
      load().then(
        (component) => {
          loadedComponent.value = component;
        },
        () => {
          // The browser is probably offline. The next rendering of the component tries again.
          isLoading = false;
        },
      );
    }
    return <div class="loading" aria-busy="true" />;
  };
}
