/** Nothing yet. */
export const IdentityProviderButton = () => null;
