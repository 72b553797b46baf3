import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'));

const server = await read('server.json');
const manifest = await read('package.json');

test('server.json names this package in this version for the MCP registry', () => {
  expect(server.version).toBe(manifest.version);
  expect(server.packages).toHaveLength(1);
  expect(server.packages[0]).toMatchObject({
    registryType: 'npm',
    identifier: manifest.name,
    version: manifest.version,
    transport: { type: 'stdio' },
  });
});

test('package.json names the server of server.json, as the MCP registry requires', () => {
  expect(manifest.mcpName).toBe(server.name);
});

test('the fields of server.json have the form and length that the MCP registry accepts', () => {
  expect(server.$schema).toMatch(/\/schemas\/\d{4}-\d\d-\d\d\/server\.schema\.json$/);
  expect(server.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
  expect(server.name.length).toBeLessThanOrEqual(200);
  expect(server.title.length).toBeLessThanOrEqual(100);
  expect(server.description.length).toBeLessThanOrEqual(100);
});

test('server.json declares the API key as a required secret', () => {
  const key = server.packages[0].packageArguments.find(({ name }: { name?: string }) => name === '--api-key');
  expect(key).toMatchObject({ isRequired: true, isSecret: true });
});
