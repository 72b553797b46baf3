import { DeliveryError } from '../../../ports/notifier.ts';
import { targetUrl } from '../guarded-http/target-url.ts';

/** A topic of an ntfy server. Whoever knows its name can read and write it, unless the server protects it. */
export interface Topic {
  /** The address of the server, which takes messages as JSON. */
  readonly server: URL;
  readonly name: string;
}

/** The name that ntfy allows. */
const NAME = /^[-_A-Za-z0-9]{1,64}$/;
const SHOWN_LETTERS = 3;

/** @throws DeliveryError if it is not the address of a topic. */
export function topicOf(address: unknown): Topic {
  const url = targetUrl(address);
  const path = url.pathname.replace(/\/$/, '');
  // The path must not be read as another host anywhere.
  if (path.includes('//')) throw refusal('The address must not have // or \\ in its path');
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!NAME.test(name))
    throw refusal('The address has to end with the name of the topic, for example https://ntfy.sh/my-topic');
  const server = new URL(url.origin);
  server.pathname = path.slice(0, -name.length);
  return { name, server };
}

const refusal = (message: string): DeliveryError => new DeliveryError(message, { isFinal: true });

/** Shows the topic without most of its name, because the name is like a password. */
export const shownTopic = ({ server: { host, pathname }, name }: Topic): string =>
  `${host}${pathname}${name.slice(0, SHOWN_LETTERS)}•••`;
