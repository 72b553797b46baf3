import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'));

const server = await read('server.json');
const about = await read('package.json');

test('server.json names this package in this version', () => {
  expect(server.version).toBe(about.version);
  expect(server.packages).toHaveLength(1);
  expect(server.packages[0]).toMatchObject({
    registryType: 'npm',
    identifier: about.name,
    version: about.version,
    transport: { type: 'stdio' },
  });
});

test('package.json names the registry entry back, which the registry requires', () => {
  expect(about.mcpName).toBe(server.name);
});

test('its fields have the form and length that the registry accepts', () => {
  expect(server.$schema).toMatch(/\/schemas\/\d{4}-\d\d-\d\d\/server\.schema\.json$/);
  expect(server.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
  expect(server.name.length).toBeLessThanOrEqual(200);
  expect(server.title.length).toBeLessThanOrEqual(100);
  expect(server.description.length).toBeLessThanOrEqual(100);
});

test('it asks for the API key as a secret', () => {
  const key = server.packages[0].packageArguments.find(({ name }: { name?: string }) => name === '--api-key');
  expect(key).toMatchObject({ isRequired: true, isSecret: true });
});
