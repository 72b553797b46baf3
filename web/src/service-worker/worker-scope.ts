/** The global scope of this code. The library that TypeScript loads for workers has a more general type. */
export const worker = self as unknown as ServiceWorkerGlobalScope;

/** Returns the address of something below the page, which may be below a path of its host. */
export const urlOf = (path: string): string => new URL(path, worker.registration.scope).href;
