import type { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addressesOf, isReadableByOthers, pageUrls } from '../../../src/composition/server/addresses.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const address = (text: string, internal = false) => ({
  address: text,
  family: text.includes(':') ? ('IPv6' as const) : ('IPv4' as const),
  internal,
  netmask: '',
  mac: '',
  cidr: null,
  ...(text.includes(':') && { scopeid: 0 }),
});
const INTERFACES = {
  lo: [address('127.0.0.1', true), address('::1', true)],
  wlan0: [address('fd00::5'), address('192.168.1.5'), address('fe80::5')],
  eth0: [address('10.0.0.5')],
} as ReturnType<typeof networkInterfaces>;

test.each([
  ['127.0.0.1', '127.0.0.1', []],
  ['localhost', '::1', []],
  ['0.0.0.0', '0.0.0.0', ['192.168.1.5', '10.0.0.5']],
  ['0', '0.0.0.0', ['192.168.1.5', '10.0.0.5']],
  ['::', '::', ['192.168.1.5', '10.0.0.5', '[fd00::5]']],
  ['box.local', '192.168.1.5', ['box.local', '192.168.1.5']],
  ['192.168.1.5', '192.168.1.5', ['192.168.1.5']],
  ['fd00::5', 'fd00::5', ['[fd00::5]']],
])('a server with HOST=%s, listening on %s, answers to %j', (host, bound, hosts) => {
  expect(addressesOf(host, bound, INTERFACES)).toEqual({ hosts, isPublic: hosts.length > 0 });
});

test('without PUBLIC_URL the page is at each address, this machine first, and never at 0.0.0.0', () => {
  const urls = (host: string, boundAddress: string, publicUrl: string | null = null) => {
    const { hosts } = addressesOf(host, boundAddress, INTERFACES);
    return pageUrls({ host, publicUrl }, { boundAddress, port: 80, hosts });
  };
  expect(urls('0.0.0.0', '0.0.0.0')).toEqual([
    'http://127.0.0.1:80',
    'http://192.168.1.5:80',
    'http://10.0.0.5:80',
  ]);
  expect(urls('::', '::')[0]).toBe('http://[::1]:80');
  expect(urls('::', '::').at(-1)).toBe('http://[fd00::5]:80');
  expect(urls('fd00::5', 'fd00::5')).toEqual(['http://[fd00::5]:80']);
  expect(urls('localhost', '127.0.0.1')).toEqual(['http://localhost:80']);
  expect(urls('0.0.0.0', '0.0.0.0', 'https://a.example')).toEqual(['https://a.example']);
});

test('tokens can be read by others if other machines can connect without HTTPS', () => {
  const [open, closed] = [
    { hosts: [], isPublic: true },
    { hosts: [], isPublic: false },
  ];
  for (const url of [null, 'http://box:80', 'http://192.168.1.5']) {
    expect(isReadableByOthers(open, url)).toBe(true);
    expect(isReadableByOthers(closed, url)).toBe(false);
  }
  for (const url of ['https://a.example', 'http://127.0.0.1:80', 'http://localhost', 'http://[::1]:80'])
    expect(isReadableByOthers(open, url)).toBe(false);
});

test('with HOST=0.0.0.0 every printed link signs a browser in, and the start warns that this is plain HTTP', async () => {
  await using folder = await temporaryFolder();
  const env = { DATA_DIR: join(folder.path, 'data'), HOST: '0.0.0.0', LOG_LEVEL: 'warn' };
  await using server = await RunningServer.start(env);
  const { stdout } = server.process;
  expect(stdout).toMatch(/^Warning: .*plain HTTP/m);
  expect(stdout).not.toContain('0.0.0.0');
  const links = Array.from(stdout.matchAll(/(http:\S+)\/#code=(\S+)/g), ([, url, code]) => ({ url, code }));
  expect(links.map(({ url }) => new URL(url!).hostname)).toEqual([
    '127.0.0.1',
    ...addressesOf('0.0.0.0', '0.0.0.0').hosts,
  ]);
  for (const { url, code } of links) {
    const answer = await fetch(`${url}/api/v1/auth/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url! },
      body: JSON.stringify({ code }),
    });
    expect(answer.status, url).toBe(200);
  }
});
