/** Shows where an agent runs in one line. Each part is cut for itself, and has its own direction. */
export const AgentPlace = ({ place }: { readonly place: readonly string[] }) => (
  <span class="agent-place">
    {place.map((text, index) => (
      <>
        {index > 0 && <span> · </span>}
        <bdi title={text}>{text}</bdi>
      </>
    ))}
  </span>
);
