import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** A proxy, and how a test changes names, ports and certificate in its configuration file from `deploy/`. */
export interface ProxyKind {
  readonly name: string;
  readonly program: string;
  readonly file: string;
  /**
   * Writes the adapted configuration.
   * @returns the arguments that start the proxy in the foreground.
   */
  prepare(configuration: string, site: Site): Promise<readonly string[]>;
}

/** Where the proxy listens and keeps its files, and its certificate. */
interface Site {
  readonly folder: string;
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Replaces a text of a configuration file.
 * @throws Error if the file does not contain the text, because then the test would not test the file as it is
 */
function replaceText(text: string, oldText: string, newText: string): string {
  if (!text.includes(oldText)) throw new Error(`The file does not contain: ${oldText}`);
  return text.replaceAll(oldText, newText);
}

const nginx: ProxyKind = {
  name: 'nginx',
  program: 'nginx',
  file: 'nginx.conf',
  async prepare(configuration, { folder, port, certificate, key }) {
    let site = replaceText(configuration, 'listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`);
    // Plain HTTP, which only redirects to HTTPS.
    site = replaceText(site, 'listen 80;', `listen unix:${join(folder, 'http.sock')};`);
    site = replaceText(site, 'dashboard.example.com', 'localhost');
    site = replaceText(site, '/etc/ssl/agent-dashboard/fullchain.pem', certificate);
    site = replaceText(site, '/etc/ssl/agent-dashboard/privkey.pem', key);
    await writeFile(join(folder, 'site.conf'), site);
    const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `${what}_temp_path ${join(folder, what)};`,
    );
    await writeFile(
      join(folder, 'nginx.conf'),
      [
        ...(process.getuid?.() === 0 ? ['user root;'] : []),
        `daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr;`,
        `events { worker_connections 1024; }`,
        `http { access_log off; ${temporaryPaths.join(' ')} include ${join(folder, 'site.conf')}; }`,
      ].join('\n'),
    );
    return ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  },
};

const caddy: ProxyKind = {
  name: 'Caddy',
  program: 'caddy',
  file: 'Caddyfile',
  async prepare(configuration, { folder, port, certificate, key }) {
    const site = replaceText(
      configuration,
      'dashboard.example.com {',
      `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`,
    );
    const file = join(folder, 'Caddyfile');
    await writeFile(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
    return ['run', '--adapter', 'caddyfile', '--config', file];
  },
};

export const PROXIES: readonly ProxyKind[] = [nginx, caddy];

/** Whether a program is installed on this machine. */
export const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Creates a self-signed certificate for `localhost`. */
export async function selfSigned(folder: string): Promise<{ certificate: string; key: string }> {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const subjectOptions = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', ...keyOptions, ...subjectOptions, '-keyout', key, '-out', certificate],
  ]);
  return { certificate, key };
}

export interface ProxyOptions extends Omit<Site, 'folder'> {
  /** The ports of the two server processes. */
  readonly upstreams: readonly [number, number];
}

/** A running proxy with the configuration file from `deploy/`. It stops at the end of the scope. */
export class RunningProxy implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: TemporaryFolder;

  private constructor(url: string, child: ChildProcess, folder: TemporaryFolder) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(kind: ProxyKind, { upstreams, ...site }: ProxyOptions): Promise<RunningProxy> {
    const folder = await temporaryFolder();
    const path = fileURLToPath(new URL(`../../deploy/${kind.file}`, import.meta.url));
    let configuration = await readFile(path, 'utf8');
    configuration = replaceText(configuration, '127.0.0.1:8081', `127.0.0.1:${upstreams[0]}`);
    configuration = replaceText(configuration, '127.0.0.1:8082', `127.0.0.1:${upstreams[1]}`);
    const args = await kind.prepare(configuration, { ...site, folder: folder.path });
    // Caddy stores its own files in these folders.
    const env = { ...process.env, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path };
    const child = spawn(kind.program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderrText = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderrText = (stderrText + text).slice(-10_000);
    });
    const proxy = new RunningProxy(`https://localhost:${site.port}`, child, folder);
    while (
      !(await fetch(`${proxy.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null) throw new Error(`${kind.name} does not start: ${stderrText}`);
      await sleep(50);
    }
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const exitEvent = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exitEvent;
    }
    await this.#folder[Symbol.asyncDispose]();
  }
}
