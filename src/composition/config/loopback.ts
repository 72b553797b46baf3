export const isLoopback = (address: string): boolean =>
  /^127\.|^\[?::1\]?$|^\[?::ffff:127\.|^localhost$/i.test(address);
