export const DiffView = ({ id }: { readonly id: string }) => <div>{id}</div>;
