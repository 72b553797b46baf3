const DAY = 24 * 60 * 60;

/** How long each thing lives, in seconds. */
export const LIFETIMES = {
  accessToken: 60 * 60,
  /** A program exchanges its code at once. */
  authorizationCode: 60,
  /** The person may have to find a phone, or the link to sign in. */
  deviceCode: 15 * 60,
  interaction: 60 * 60,
  /** A program that is not used for so long has to ask the person again. */
  refreshToken: 90 * DAY,
  /** After this time every program has to ask again. */
  grant: 400 * DAY,
  /** A program that registers, and that nobody then lets in, is forgotten. */
  unusedClient: 7 * DAY,
  registrationToken: 30 * DAY,
} as const;
