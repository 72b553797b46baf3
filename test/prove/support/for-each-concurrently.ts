/** Works on all items, with at most `atOnce` of them at a time. */
export async function forEachConcurrently<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const remaining = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of remaining) await work(item);
    }),
  );
}
